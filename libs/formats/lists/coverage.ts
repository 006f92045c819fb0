/**
 * Coverage that an operator declares or promises: a table of cells or points, or features whose properties have the
 * columns of such a table, and whose geometry is a polygon unless they name a cell.
 */
import { type AreaGeometry } from '#domain/place'
import { type Technology } from '#domain/probe'
import type { ByteSource } from '../file/byte-source.js'
import { type FieldReader, fieldReader, optionalOperator } from '../fields/field-reader.js'
import { parseDay } from '../civil-time/index.js'
import { openFeatureRows } from '../input/feature-rows.js'
import type { ListFile, ListOptions } from './list-file.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import { type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { polygonOf } from '../geometry/polygon.js'
import {
  LATITUDE_HEADERS,
  LONGITUDE_HEADERS,
  PositionReader,
  rejectOutsideMorocco,
} from '../fields/position.js'
import { speedOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'

/** The FCC's availability files are read by their own column names. */
const COLUMNS = {
  h3: ['h3', 'h3_index', 'h3_res8_id', 'cell', 'cellule', 'hex'],
  lat: LATITUDE_HEADERS,
  lng: LONGITUDE_HEADERS,
  operator: ['operator', 'operateur', 'brand_name', 'provider', 'fournisseur', 'المتعهد'],
  technology: ['technology', 'technologie', 'techno', 'tech', 'التكنولوجيا', 'التقنية'],
  download: [
    'download',
    'download_speed',
    'down',
    'debit descendant',
    'debit',
    'vitesse',
    'speed',
    'max_advertised_download_speed',
    'الصبيب',
  ],
  upload: ['upload', 'upload_speed', 'up', 'debit montant', 'max_advertised_upload_speed'],
  date: ['date', 'on_date', 'as_of', 'since', 'promised_by', 'date promise', 'echeance', 'التاريخ'],
} as const

type Field = keyof typeof COLUMNS
type Row = NamedRow<Field>
type Reader = FieldReader<Field>

/** The place of a claim: one cell, one point, or all cells whose centre lies in a polygon. */
export type ClaimPlace = { h3: string } | { lat: number; lng: number } | { geometry: AreaGeometry }

export interface CoverageClaim {
  place: ClaimPlace
  operator: string
  technology: Technology
  downloadBps: number
  uploadBps: number | null
  /** YYYY-MM-DD: declared since, or promised by. */
  onDate: string
  /** Line of the table or number of the feature, for rejections that are found later. */
  line: number
}

export interface CoverageOptions extends ListOptions {
  /** The operator of rows that name none. */
  operator?: string | undefined
  /** The day of rows that name none. */
  date?: string | undefined
}

export interface CoverageFile extends ListFile {
  claims: CoverageClaim[]
}

/** Reads a file of claims; what a row lacks is taken from the options. A file that cannot be read throws `UnreadableFileError`. */
export async function readCoverage(source: ByteSource, options: CoverageOptions = {}): Promise<CoverageFile> {
  const { name, sheet, crs } = options
  const { features, table } = await openFeatureRows(source, { name, crs, hasPositions: false })
  const file: CoverageFile = { claims: [], rowCount: 0, rejections: [], notes: table.notes }
  const positions = new PositionReader(crs, file.notes)
  const required = ['technology', 'download'] as const
  for await (const row of namedRows(table, COLUMNS, required, { sheet, file: name })) {
    file.rowCount++
    const reader = fieldReader(row, 'h3')
    const place = await placeOf(reader, row, features?.[row.line - 1] ?? null, positions)
    const claim = claimOf(reader, row, options)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else file.claims.push({ place, ...claim, line: row.line })
  }
  return file
}

function claimOf(
  reader: Reader,
  { cell, header, faults, hasCommas }: Row,
  { operator, date, decimal }: CoverageOptions,
): Omit<CoverageClaim, 'line' | 'place'> {
  const { read } = reader
  // Headers of the FCC's files name no unit; their speeds are in Mbit/s.
  const unit = header('download')?.startsWith('max_advertised') ? ' (Mbit/s)' : ''
  const speed = (field: 'download' | 'upload') => (text: string) =>
    speedOf(text, `${header(field) ?? ''}${unit}`, { mark: decimal, hasCommas })
  const downloadBps = read('download', speed('download'), null)
  if (downloadBps === null && cell('download') === '' && faults.length === 0)
    reader.reject('download', 'is missing')
  return {
    operator: read('operator', operatorOrDefault(operator), ''),
    technology: read('technology', technology, 'wifi_unknown'),
    downloadBps: downloadBps ?? 0,
    uploadBps: read('upload', speed('upload'), null),
    onDate: read('date', dateOrDefault(date), ''),
  }
}

async function placeOf(
  reader: Reader,
  row: Row,
  feature: RawFeature | null,
  positions: PositionReader,
): Promise<ClaimPlace> {
  const { cell } = row
  if (cell('h3') !== '') return { h3: reader.read('h3', h3Index, '') }
  if (feature && (feature.geometry !== null || feature.geometryError || cell('lat') === '')) {
    const polygon = polygonOf(feature.geometry)
    if ('geometry' in polygon) return { geometry: polygon.geometry }
    const { value, reason } = polygon.rejection
    reader.reject('h3', `geometry: ${feature.geometryError ?? reason}`, feature.geometryError ? '' : value)
    return { h3: '' }
  }
  const position = await positions.read(reader, row)
  rejectOutsideMorocco(reader, position)
  return position
}

const h3Index = (text: string): Parsed<string> =>
  /^[0-9a-f]{15}$/i.test(text)
    ? { value: text.toLowerCase() }
    : { reason: 'is not an H3 index of 15 characters' }

const operatorOrDefault =
  (defaultOperator: string | undefined) =>
  (text: string): Parsed<string> => {
    const named = optionalOperator(text || (defaultOperator ?? ''))
    if ('reason' in named) return named
    const operator = named.value
    return operator === null
      ? { reason: 'is missing: name it in the file or by --operator' }
      : { value: operator }
  }

/** Codes of the FCC's Broadband Data Collection (its table of technology codes), which may stand in place of names. */
const FCC_TECHNOLOGIES: Readonly<Record<string, Technology>> = {
  '10': 'vdsl',
  '40': 'cable',
  '50': 'fibre',
  '60': 'satellite_geo',
  '61': 'satellite_leo',
  '70': 'fwa',
  '71': 'fwa',
  '72': 'fwa',
  '300': '3g',
  '400': '4g',
  '500': '5g',
}

function technology(text: string): Parsed<Technology> {
  const value = Object.hasOwn(FCC_TECHNOLOGIES, text) ? FCC_TECHNOLOGIES[text] : technologyOf(text)
  return value ? { value } : { reason: text === '' ? 'is missing' : 'is not a known technology' }
}

/** Networks were built before the plan's years. */
const MIN_YEAR = 1990

const dateOrDefault =
  (defaultDate: string | undefined) =>
  (text: string): Parsed<string> =>
    text === '' && defaultDate === undefined
      ? { reason: 'is missing: write it in the file or give --date' }
      : parseDay(text || defaultDate!, MIN_YEAR)
