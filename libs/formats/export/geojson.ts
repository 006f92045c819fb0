/** GeoJSON (RFC 7946), as one collection or one feature a line. */
import type { Feature } from '#domain/feature'
import type { Batches, Layer } from './layer.js'

const textOf = ({ id, geometry, properties }: Feature) =>
  JSON.stringify({ type: 'Feature', id, geometry, properties })

export async function* geojson({ id }: Layer, batches: Batches): AsyncGenerator<string> {
  yield `{"type":"FeatureCollection","name":${JSON.stringify(id)},"features":[\n`
  let first = true
  for await (const features of batches) {
    if (features.length === 0) continue
    yield (first ? '' : ',\n') + features.map(textOf).join(',\n')
    first = false
  }
  yield '\n]}\n'
}

export async function* ndjson(_layer: Layer, batches: Batches): AsyncGenerator<string> {
  for await (const features of batches) if (features.length > 0) yield `${features.map(textOf).join('\n')}\n`
}
