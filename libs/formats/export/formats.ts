/** The formats in which collections are exported. */
import { writeCsv } from './csv.js'
import { writeFlatGeobuf } from './flatgeobuf.js'
import { writeGeoJson, writeNdjson } from './geojson.js'
import type { FeatureWriter } from './layer.js'

/** Loads its library with the first file. */
const writeParquetLazily: FeatureWriter = async function* (layer, batches) {
  yield* (await import('./parquet.js')).writeParquet(layer, batches)
}

export type ExportFormat = 'csv' | 'geojson' | 'ndjson' | 'fgb' | 'parquet'

export const EXPORT_FORMATS: Record<ExportFormat, { mediaType: string; write: FeatureWriter }> = {
  csv: { mediaType: 'text/csv; charset=utf-8', write: writeCsv },
  geojson: { mediaType: 'application/geo+json', write: writeGeoJson },
  ndjson: { mediaType: 'application/x-ndjson', write: writeNdjson },
  fgb: { mediaType: 'application/flatgeobuf', write: writeFlatGeobuf },
  parquet: { mediaType: 'application/vnd.apache.parquet', write: writeParquetLazily },
}

export const isExportFormat = (text: string): text is ExportFormat => Object.hasOwn(EXPORT_FORMATS, text)
