/** A description that travels with a file: Data Package 1 (https://specs.frictionlessdata.io), as R and Python read it. */
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
  /** Where the file is: an address, or its name beside the description. */
  path: string
  bytes: number
  /** SHA-256 in hexadecimal. */
  sha256: string
  /** Whether any of it comes from the demonstration. */
  simulated: boolean
  licences: readonly { name: string; title: string; path?: string }[]
  /** What it speaks of, where it speaks of one. */
  run: Record<string, unknown> | null
  rule: Record<string, unknown> | null
}

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

/** As Frictionless names a column. */
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

/** What a table has in place of a shape. */
function placeFields({ geometry }: ExportLayer, format: ExportFormat): Field[] {
  if (format === 'parquet') return [{ name: 'geometry', type: 'any', description: 'WKB in WGS 84' }]
  if (format !== 'csv') return []
  if (geometry !== 'Point') return [{ name: 'WKT', type: 'string', description: 'outline in WGS 84' }]
  return [
    { name: 'lng', type: 'number', unit: 'degree', description: 'longitude; of a cell, its centre' },
    { name: 'lat', type: 'number', unit: 'degree', description: 'latitude; of a cell, its centre' },
  ]
}
