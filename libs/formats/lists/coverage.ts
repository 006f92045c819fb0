/**
 * Coverage that an operator declares or promises: a table of cells or points (CSV, XLSX), or features (GeoJSON,
 * GeoPackage) whose properties have the columns of such a table, and whose geometry is a polygon unless they name a cell.
 */
import { operatorOf } from '#domain/operator'
import { type AreaGeometry } from '#domain/place'
import { type Technology } from '#domain/probe'
import type { ByteSource } from '../file/byte-source.js'
import { type FieldReader, fieldReader } from '../fields/field-reader.js'
import { openFeatureRows } from '../tables/feature-rows.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import { namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { polygonOf } from '../geometry/polygon.js'
import {
  LATITUDE_HEADERS,
  LONGITUDE_HEADERS,
  readPosition,
  rejectOutsideMorocco,
} from '../fields/position.js'
import type { RowRejection } from '../fields/row-rejection.js'
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

export interface CoverageDefaults {
  operator?: string | undefined
  date?: string | undefined
}

export interface CoverageFile {
  claims: CoverageClaim[]
  rejections: RowRejection[]
}

/** Reads a file of claims; what a row lacks is taken from the defaults. A file that cannot be read throws `UnreadableFileError`. */
export async function readCoverage(
  source: ByteSource,
  name: string,
  defaults: CoverageDefaults = {},
): Promise<CoverageFile> {
  const { features, rows } = await openFeatureRows(source, name)
  const file: CoverageFile = { claims: [], rejections: [] }
  for await (const row of namedRows(rows, COLUMNS, ['technology', 'download'], name)) {
    const reader = fieldReader(row, 'h3')
    const claim = claimOf(reader, row.cell, row.header, defaults, features?.[row.line - 1] ?? null)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else file.claims.push({ ...claim, line: row.line })
  }
  return file
}

function claimOf(
  reader: Reader,
  cell: (field: Field) => string,
  header: (field: Field) => string | null,
  defaults: CoverageDefaults,
  feature: RawFeature | null,
): Omit<CoverageClaim, 'line'> {
  const { read } = reader
  // Headers of the FCC's files name no unit; their speeds are in Mbit/s.
  const unit = header('download')?.startsWith('max_advertised') ? ' (Mbit/s)' : ''
  const speed = (field: 'download' | 'upload') => (text: string) =>
    speedOf(text, `${header(field) ?? ''}${unit}`)
  const downloadBps = read('download', speed('download'), null)
  if (downloadBps === null && cell('download') === '') reader.reject('download', 'is missing')
  return {
    place: placeOf(reader, cell, feature),
    operator: read('operator', operatorOrDefault(defaults.operator), ''),
    technology: read('technology', technology, 'wifi_unknown'),
    downloadBps: downloadBps ?? 0,
    uploadBps: read('upload', speed('upload'), null),
    onDate: read('date', dateOrDefault(defaults.date), ''),
  }
}

function placeOf(reader: Reader, cell: (field: Field) => string, feature: RawFeature | null): ClaimPlace {
  if (cell('h3') !== '') return { h3: reader.read('h3', h3Index, '') }
  if (feature && (feature.geometry !== null || feature.geometryError || cell('lat') === '')) {
    const polygon = polygonOf(feature.geometry)
    if ('geometry' in polygon) return { geometry: polygon.geometry }
    const { value, reason } = polygon.rejection
    reader.reject('h3', `geometry: ${feature.geometryError ?? reason}`, feature.geometryError ? '' : value)
    return { h3: '' }
  }
  const position = readPosition(reader)
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
    const operator = operatorOf(text || defaultOperator)
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
  const value = FCC_TECHNOLOGIES[text] ?? technologyOf(text)
  return value ? { value } : { reason: text === '' ? 'is missing' : 'is not a known technology' }
}

const dateOrDefault =
  (defaultDate: string | undefined) =>
  (text: string): Parsed<string> => {
    const date = /^(\d{4}-\d\d-\d\d)([T ].*)?$/.exec(text || (defaultDate ?? ''))?.[1]
    if (date && !Number.isNaN(Date.parse(date))) return { value: date }
    return {
      reason:
        text === '' ? 'is missing: write it in the file or give --date' : 'is not a date such as 2026-03-01',
    }
  }
