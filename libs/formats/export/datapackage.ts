/** The description beside an exported file: Data Package 1 (https://specs.frictionlessdata.io), which R and Python read. */
import type { Column, ColumnType } from '#domain/feature'
import { EXPORT_FORMATS, type ExportFormat } from './formats.js'
import type { ExportLayer } from './layer.js'

const FIELD_TYPES: Record<ColumnType, string> = {
  text: 'string',
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  time: 'datetime',
}

export interface ExportDescription {
  layer: ExportLayer & { title: string; about: string }
  format: ExportFormat
  /** The file's address, or its name in the folder of the description. */
  path: string
  bytes: number
  /** SHA-256 in hexadecimal. */
  sha256: string
  /** Whether the file has data of the demonstration. */
  simulated: boolean
  licences: readonly { name: string; title: string; path?: string }[]
  /** The run and the rule that the file depends on; null where it depends on none. */
  run: Record<string, unknown> | null
  rule: Record<string, unknown> | null
}

/** The document `datapackage.json` of one exported file. */
export function dataPackage(described: ExportDescription) {
  const { layer, format, path, bytes, sha256, simulated, licences, run, rule } = described
  const { mediaType } = EXPORT_FORMATS[format]
  return {
    profile: 'data-package',
    name: layer.id.replaceAll('_', '-'),
    title: layer.title,
    description: (simulated ? 'SIMULATED DATA of the demonstration. ' : '') + layer.about,
    licenses: licences,
    simulated,
    run,
    rule,
    resources: [
      {
        name: layer.id.replaceAll('_', '-'),
        path,
        format,
        mediatype: mediaType,
        encoding: 'utf-8',
        bytes,
        hash: `sha256:${sha256}`,
        schema: { fields: [...layer.columns.map(fieldOf), ...placeFields(layer, format)] },
      },
    ],
  }
}

/** A field of a Table Schema of Frictionless Data. */
interface Field {
  name: string
  type: string
  description: string
  unit?: string
}

const fieldOf = ({ name, type, unit, about }: Column): Field => ({
  name,
  type: FIELD_TYPES[type],
  description: about,
  ...(unit && { unit }),
})

/** The columns that hold the geometry. */
function placeFields({ geometry }: ExportLayer, format: ExportFormat): Field[] {
  if (format === 'parquet') return [{ name: 'geometry', type: 'any', description: 'WKB in WGS 84' }]
  if (format !== 'csv') return []
  if (geometry !== 'Point') return [{ name: 'WKT', type: 'string', description: 'outline in WGS 84' }]
  return [
    { name: 'lng', type: 'number', unit: 'degree', description: 'longitude; of a cell, its centre' },
    { name: 'lat', type: 'number', unit: 'degree', description: 'latitude; of a cell, its centre' },
  ]
}
