/** Positions: the columns that hold them, the reference systems they come in, and those that cannot be where they say. */
import {
  type Crs,
  conversionNote,
  crsOf,
  isGeographic,
  MIN_METRES,
  type ToWgs84,
  toWgs84Of,
} from '../geometry/crs.js'
import { degrees, type FieldReader } from './field-reader.js'
import type { NamedRow } from './headers.js'
import { numberOf } from './number.js'
import type { Parsed } from './parsed.js'
import { isInMorocco, isSwapped, SWAPPED_REASON } from './morocco-bounds.js'

/** Headers of a latitude and a longitude, or of a northing and an easting. */
export const LATITUDE_HEADERS = [
  'lat',
  'latitude',
  'y',
  'خط العرض',
  'y lambert',
  'lambert y',
  'y m',
  'coord y',
  'coordonnee y',
  'northing',
] as const
export const LONGITUDE_HEADERS = [
  'lng',
  'lon',
  'long',
  'longitude',
  'x',
  'خط الطول',
  'x lambert',
  'lambert x',
  'x m',
  'coord x',
  'coordonnee x',
  'easting',
] as const

interface Position {
  lat: number
  lng: number
}

type PositionField = 'lat' | 'lng'

/** Reads the positions of one file: in degrees, or in the reference system that a person or the headers name. */
export class PositionReader {
  private toWgs84: ToWgs84 | null = null
  private isGeographic = true
  private isPrepared = false

  constructor(
    private crs: Crs | undefined,
    private readonly notes: string[],
  ) {}

  /** The position in the columns `lat` and `lng`, in WGS 84 degrees; NaN where one was rejected. */
  async read(
    reader: FieldReader<PositionField>,
    row: Pick<NamedRow<PositionField>, 'header'>,
  ): Promise<Position> {
    if (!this.isPrepared) await this.prepare(row)
    const y = reader.read('lat', this.isGeographic ? degrees(90) : metres, NaN)
    const x = reader.read('lng', this.isGeographic ? degrees(180) : metres, NaN)
    if (!this.toWgs84) return { lat: y, lng: x }
    const [lng, lat] = this.toWgs84(x, y)
    const wasRead = Number.isFinite(x) && Number.isFinite(y)
    if (wasRead && !Number.isFinite(lng + lat))
      reader.reject('lat', `cannot be converted from ${this.crs?.name}`)
    return { lat, lng }
  }

  private async prepare({ header }: Pick<NamedRow<PositionField>, 'header'>): Promise<void> {
    this.isPrepared = true
    this.crs ??= crsOfHeaders(header('lat') ?? '', header('lng') ?? '') ?? undefined
    if (!this.crs?.definition) return
    this.toWgs84 = await toWgs84Of(this.crs)
    this.isGeographic = isGeographic(this.crs)
    this.notes.push(conversionNote(this.crs))
  }
}

/** The reference system that both headers name: `X (Lambert Nord Maroc)`, `Y EPSG:26191`. */
export function crsOfHeaders(lat: string, lng: string): Crs | null {
  const [crs, other] = [lat, lng].map((header) => crsOf(/EPSG:\d+/i.exec(header)?.[0] ?? header))
  return crs && other && crs.code === other.code ? crs : null
}

function metres(text: string): Parsed<number> {
  if (text === '') return { reason: 'is missing' }
  const value = numberOf(text)
  return value === null || Math.abs(value) < MIN_METRES
    ? { reason: 'is not a coordinate in metres such as 525000.5' }
    : { value }
}

/** Rejects a position that is swapped. One that is NaN was rejected before. */
export function rejectSwapped(reader: FieldReader<'lat'>, { lat, lng }: Position): void {
  if (isSwapped(lat, lng)) reader.reject('lat', SWAPPED_REASON, `${lat}, ${lng}`)
}

/** Rejects a position that is swapped or abroad. One that is NaN was rejected before. */
export function rejectOutsideMorocco(reader: FieldReader<'lat'>, position: Position): void {
  const { lat, lng } = position
  rejectSwapped(reader, position)
  if (!Number.isNaN(lat + lng) && !isInMorocco(lat, lng) && !isSwapped(lat, lng))
    reader.reject('lat', 'lies outside Morocco', `${lat}, ${lng}`)
}
