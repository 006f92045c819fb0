/**
 * What an operator declares or promises: a table of cells or points (CSV, XLSX), or features (GeoJSON, GeoPackage) whose
 * properties are such a table's columns and whose geometry is a polygon, if they name no cell.
 */
import { operatorOf } from '#domain/operator'
import { type AreaGeometry } from '#domain/place'
import { type Technology } from '#domain/probe'
import type { ByteSource } from '../file/byte-source.js'
import { type FieldReader, degrees, fieldReader } from '../fields/field-reader.js'
import { openFeatureRows } from '../tables/feature-rows.js'
import type { PackageFeature } from '../geometry/geopackage.js'
import { namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { polygonOf } from '../geometry/polygon.js'
import { isInMorocco, isSwapped, SWAPPED_REASON } from '../fields/position.js'
import type { RowRejection } from '../fields/refusal.js'
import { speedOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'

/** The FCC's availability files are read by their own column names; their speeds are in Mbit/s. */
const COLUMNS = {
  h3: ['h3', 'h3_index', 'h3_res8_id', 'cell', 'cellule', 'hex'],
  lat: ['lat', 'latitude', 'y', 'خط العرض'],
  lng: ['lng', 'lon', 'long', 'longitude', 'x', 'خط الطول'],
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

/** Where a claim lies: one cell, one point, or all cells whose centre lies in a polygon. */
export type ClaimPlace = { h3: string } | { lat: number; lng: number } | { geometry: AreaGeometry }

export interface CoverageClaim {
  place: ClaimPlace
  operator: string
  technology: Technology
  downloadBps: number
  uploadBps: number | null
  /** YYYY-MM-DD: declared since, or promised by. */
  onDate: string
  /** Line of the table or number of the feature, for what is found wrong later. */
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

/** Reads a file of claims; what a row does not say is taken from the defaults. A file that cannot be read throws `UnreadableFileError`. */
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
  feature: PackageFeature | null,
): Omit<CoverageClaim, 'line'> {
  const { read } = reader
  const fcc = header('download')?.startsWith('max_advertised') ? ' (Mbit/s)' : ''
  const speed = (field: 'download' | 'upload') => (text: string) =>
    speedOf(text, `${header(field) ?? ''}${fcc}`)
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

function placeOf(reader: Reader, cell: (field: Field) => string, feature: PackageFeature | null): ClaimPlace {
  if (cell('h3') !== '') return { h3: reader.read('h3', h3Index, '') }
  if (feature && (feature.geometry !== null || feature.geometryError || cell('lat') === '')) {
    const polygon = polygonOf(feature.geometry)
    if ('geometry' in polygon) return { geometry: polygon.geometry }
    const { value, reason } = polygon.fault
    reader.reject('h3', `geometry: ${feature.geometryError ?? reason}`, feature.geometryError ? '' : value)
    return { h3: '' }
  }
  const lat = reader.read('lat', degrees(90), NaN)
  const lng = reader.read('lng', degrees(180), NaN)
  if (isSwapped(lat, lng)) reader.reject('lat', SWAPPED_REASON, `${lat}, ${lng}`)
  else if (!Number.isNaN(lat + lng) && !isInMorocco(lat, lng))
    reader.reject('lat', 'lies outside Morocco', `${lat}, ${lng}`)
  return { lat, lng }
}

const h3Index = (text: string): Parsed<string> =>
  /^[0-9a-f]{15}$/i.test(text)
    ? { value: text.toLowerCase() }
    : { reason: 'is not an H3 index of 15 characters' }

const operatorOrDefault =
  (otherwise: string | undefined) =>
  (text: string): Parsed<string> => {
    const operator = operatorOf(text || otherwise)
    return operator === null
      ? { reason: 'is missing: name it in the file or by --operator' }
      : { value: operator }
  }

/** The FCC's codes beside names: Broadband Data Collection, table of technology codes. */
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
  const known = FCC_TECHNOLOGIES[text] ?? technologyOf(text)
  return known
    ? { value: known }
    : { reason: text === '' ? 'is missing' : 'is not a technology that is known' }
}

const dateOrDefault =
  (otherwise: string | undefined) =>
  (text: string): Parsed<string> => {
    const date = /^(\d{4}-\d\d-\d\d)([T ].*)?$/.exec(text || (otherwise ?? ''))?.[1]
    if (date && !Number.isNaN(Date.parse(date))) return { value: date }
    return {
      reason:
        text === '' ? 'is missing: write it in the file or give --date' : 'is not a date such as 2026-03-01',
    }
  }
