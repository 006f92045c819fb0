/** What a writer of files is given. */
import type { Column, Feature } from '#domain/feature'

export interface ExportLayer {
  id: string
  geometry: 'Point' | 'Polygon' | 'MultiPolygon'
  columns: readonly Column[]
}

export type FeatureBatches = AsyncIterable<readonly Feature[]>

/** Turns features into the pieces of a file as they come; a reader that is slow holds it back. */
export type FeatureWriter = (
  layer: ExportLayer,
  batches: FeatureBatches,
) => AsyncGenerator<string | Uint8Array>
