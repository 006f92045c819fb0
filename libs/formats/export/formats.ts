/** The files that collections are given out as. */
import { csv } from './csv.js'
import { flatgeobuf } from './flatgeobuf.js'
import { geojson, ndjson } from './geojson.js'
import type { Writer } from './layer.js'

/** Its library is loaded with the first file. */
const parquet: Writer = async function* (...given) {
  yield* (await import('./parquet.js')).parquet(...given)
}

export type ExportFormat = 'csv' | 'geojson' | 'ndjson' | 'fgb' | 'parquet'

export const EXPORT_FORMATS: Record<ExportFormat, { mediaType: string; write: Writer }> = {
  csv: { mediaType: 'text/csv; charset=utf-8', write: csv },
  geojson: { mediaType: 'application/geo+json', write: geojson },
  ndjson: { mediaType: 'application/x-ndjson', write: ndjson },
  fgb: { mediaType: 'application/flatgeobuf', write: flatgeobuf },
  parquet: { mediaType: 'application/vnd.apache.parquet', write: parquet },
}

export const isExportFormat = (text: string): text is ExportFormat => Object.hasOwn(EXPORT_FORMATS, text)
