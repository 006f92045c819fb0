/** CSV of RFC 4180 in UTF-8: the columns, then `lng` and `lat` of points, or `WKT` (the name that GDAL knows) of areas. */
import type { Column, FeatureGeometry, FeatureValue } from '#domain/feature'
import type { Position } from '#domain/place'
import { guardFormulas } from '../tables/formula-guard.js'
import type { FeatureBatches, ExportLayer } from './layer.js'

const LINE_END = '\r\n'

export async function* writeCsv(
  { columns, geometry }: ExportLayer,
  batches: FeatureBatches,
): AsyncGenerator<string> {
  const placeColumns = geometry === 'Point' ? ['lng', 'lat'] : ['WKT']
  yield [...columns.map((column) => column.name), ...placeColumns].join(',') + LINE_END
  const cells = columns.map(cellOf)
  for await (const features of batches) {
    let text = ''
    for (const { properties, geometry: shape } of features) {
      for (let i = 0; i < columns.length; i++) text += `${cells[i]!(properties[columns[i]!.name]!)},`
      text += geometryCells(shape) + LINE_END
    }
    if (text !== '') yield text
  }
}

const plain = (value: FeatureValue) => (value === null ? '' : String(value))

/** Texts are written by people: only they can need quotation marks or be taken for a formula. */
const cellOf = ({ type }: Column) => (type === 'text' ? textCell : plain)

const NEEDS_QUOTES = /[",\r\n]/

/** A text as a cell: guarded against being run as a formula, and in quotation marks where it needs them. */
export function textCell(value: FeatureValue): string {
  if (value === null) return ''
  const text = guardFormulas(value as string)
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** 1e-7 degrees are a centimetre. */
const PRECISION = 1e7
const rounded = (degrees: number) => Math.round(degrees * PRECISION) / PRECISION

function geometryCells(shape: FeatureGeometry): string {
  if (shape.type === 'Point') return `${rounded(shape.coordinates[0])},${rounded(shape.coordinates[1])}`
  const polygons = shape.type === 'Polygon' ? [shape.coordinates] : shape.coordinates
  return `"MULTIPOLYGON (${polygons.map((rings) => `(${rings.map(ringText).join(',')})`).join(',')})"`
}

const ringText = (ring: readonly Position[]) =>
  `(${ring.map(([lng, lat]) => `${rounded(lng)} ${rounded(lat)}`).join(',')})`
