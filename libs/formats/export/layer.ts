/** The input of a writer of files. */
import type { Column, Feature } from '#domain/feature'

export interface ExportLayer {
  id: string
  geometry: 'Point' | 'Polygon' | 'MultiPolygon'
  columns: readonly Column[]
}

export type FeatureBatches = AsyncIterable<readonly Feature[]>

/** Turns features into pieces of a file as they are read; it waits for a slow consumer. */
export type FeatureWriter = (
  layer: ExportLayer,
  batches: FeatureBatches,
) => AsyncGenerator<string | Uint8Array>
