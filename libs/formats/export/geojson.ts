/** GeoJSON (RFC 7946), as one collection or one feature a line. */
import type { Feature } from '#domain/feature'
import type { FeatureBatches, ExportLayer } from './layer.js'

const textOf = ({ id, geometry, properties }: Feature) =>
  JSON.stringify({ type: 'Feature', id, geometry, properties })

export async function* writeGeoJson({ id }: ExportLayer, batches: FeatureBatches): AsyncGenerator<string> {
  yield `{"type":"FeatureCollection","name":${JSON.stringify(id)},"features":[\n`
  let first = true
  for await (const features of batches) {
    if (features.length === 0) continue
    yield (first ? '' : ',\n') + features.map(textOf).join(',\n')
    first = false
  }
  yield '\n]}\n'
}

export async function* writeNdjson(_layer: ExportLayer, batches: FeatureBatches): AsyncGenerator<string> {
  for await (const features of batches) if (features.length > 0) yield `${features.map(textOf).join('\n')}\n`
}
