/** What a writer of files is given. */
import type { Column, Feature } from '#domain/feature'

export interface Layer {
  id: string
  geometry: 'Point' | 'Polygon' | 'MultiPolygon'
  columns: readonly Column[]
}

export type Batches = AsyncIterable<readonly Feature[]>

/** Turns features into the pieces of a file as they come; a reader that is slow holds it back. */
export type Writer = (layer: Layer, batches: Batches) => AsyncGenerator<string | Uint8Array>
