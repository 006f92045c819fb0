/**
 * Coordinate reference systems in which Moroccan files come, and their conversion to WGS 84 (longitude, latitude in
 * degrees). Definitions: EPSG registry as in PostGIS's spatial_ref_sys; the datum Merchich is shifted by 31, 146, 47 m.
 */
import { foldName, type Position } from '#domain/place'
import type { default as Proj4 } from 'proj4'

export interface Crs {
  /** `EPSG:26191` */
  code: string
  name: string
  /** A definition in the language of PROJ; null for WGS 84 itself. */
  definition: string | null
}

const lambert = (lat: number, scale: number, x: number, y: number): string =>
  `+proj=lcc +lat_1=${lat} +lat_0=${lat} +lon_0=-5.4 +k_0=${scale} +x_0=${x} +y_0=${y} +a=6378249.2 +b=6356515 +towgs84=31,146,47,0,0,0,0 +units=m +no_defs`
const utm = (zone: number): string => `+proj=utm +zone=${zone} +datum=WGS84 +units=m +no_defs`

const WGS_84: Crs = { code: 'EPSG:4326', name: 'WGS 84', definition: null }
const KNOWN: readonly Crs[] = [
  WGS_84,
  {
    code: 'EPSG:26191',
    name: 'Merchich / Nord Maroc',
    definition: lambert(33.3, 0.999625769, 500_000, 300_000),
  },
  {
    code: 'EPSG:26192',
    name: 'Merchich / Sud Maroc',
    definition: lambert(29.7, 0.999615596, 500_000, 300_000),
  },
  { code: 'EPSG:26193', name: 'Merchich / Sahara', definition: lambert(26.1, 0.9996, 1_200_000, 400_000) },
  {
    code: 'EPSG:26194',
    name: 'Merchich / Sahara Nord',
    definition: lambert(26.1, 0.999616304, 1_200_000, 400_000),
  },
  {
    code: 'EPSG:26195',
    name: 'Merchich / Sahara Sud',
    definition: lambert(22.5, 0.999616437, 1_500_000, 400_000),
  },
  {
    code: 'EPSG:4261',
    name: 'Merchich',
    definition: '+proj=longlat +a=6378249.2 +b=6356515 +towgs84=31,146,47,0,0,0,0 +no_defs',
  },
  { code: 'EPSG:32628', name: 'WGS 84 / UTM zone 28N', definition: utm(28) },
  { code: 'EPSG:32629', name: 'WGS 84 / UTM zone 29N', definition: utm(29) },
  { code: 'EPSG:32630', name: 'WGS 84 / UTM zone 30N', definition: utm(30) },
  {
    code: 'EPSG:3857',
    name: 'WGS 84 / Pseudo-Mercator',
    definition:
      '+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +no_defs',
  },
]

/** Whether its coordinates are degrees. */
export const isGeographic = ({ definition }: Crs): boolean =>
  definition === null || definition.startsWith('+proj=longlat')

/** Names that a person may give, for messages. */
export const CRS_EXAMPLES =
  'EPSG:26191 (Lambert Nord Maroc), EPSG:26192 (Sud Maroc), EPSG:26194 (Sahara Nord)'

/** Names as GDAL, QGIS, ArcGIS and people write them, folded; the first that a text contains counts. */
const NAMES: readonly (readonly [pattern: RegExp, code: string])[] = [
  [/utm zone (28|29|30) ?n/, 'EPSG:326$1'],
  [/pseudo mercator|web mercator/, 'EPSG:3857'],
  [/nord maroc|maroc nord|lambert nord|lambert maroc zone (?:1|i)\b/, 'EPSG:26191'],
  [/sud maroc|maroc sud|lambert sud|lambert maroc zone (?:2|ii)\b/, 'EPSG:26192'],
  [/sahara nord/, 'EPSG:26194'],
  [/sahara sud/, 'EPSG:26195'],
  [/merchich sahara/, 'EPSG:26193'],
  [/^(?:gcs )?merchich(?: degree)?$/, 'EPSG:4261'],
  [/^(?:gcs )?wgs ?(?:19)?84$|crs ?:? ?84h?$/, 'EPSG:4326'],
]

/** `EPSG:26191`, `urn:ogc:def:crs:EPSG::26191`, `http://www.opengis.net/def/crs/EPSG/0/26191`, `26191`. */
const CODE = /^(?:.*EPSG[:/]+(?:[\d.]*[:/]+)?)?(\d{4,6})$/i

/** The reference system that a text names; null when it names none that we know. */
export function crsOf(text: string): Crs | null {
  const code = CODE.exec(text.trim())?.[1]
  if (code !== undefined) return KNOWN.find((crs) => crs.code === `EPSG:${code}`) ?? null
  const folded = foldName(text)
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
  for (const [pattern, named] of NAMES) {
    const match = pattern.exec(folded)
    if (match) return KNOWN.find((crs) => crs.code === named.replace('$1', match[1] ?? '')) ?? null
  }
  return null
}

/** A reference system in WKT 1 or 2, as a .prj has it: by its code, else by its parameters, else by its name. */
export function crsOfWkt(wkt: string): { crs: Crs } | { name: string } {
  const name = /^\s*\w+\s*\[\s*"([^"]*)"/.exec(wkt)?.[1] ?? wkt.trim().slice(0, 80)
  const code = /(?:AUTHORITY|ID)\s*\[\s*"EPSG"\s*,\s*"?(\d+)"?\s*\]\s*\]\s*$/i.exec(wkt)?.[1]
  const isLambert = /PROJECTION\s*\[\s*"Lambert_Conformal_Conic/i.test(wkt)
  const crs = (code && crsOf(code)) || (isLambert ? lambertOf(wkt) : crsOf(name))
  return crs ? { crs } : { name: code ? `EPSG:${code} (${name})` : name }
}

/** Recognises a zone of the Moroccan Lambert by the parameters that differ between the zones. */
function lambertOf(wkt: string): Crs | null {
  const parameter = (name: string): number =>
    Number(new RegExp(`PARAMETER\\s*\\[\\s*"${name}"\\s*,\\s*([-+.\\dEe]+)`, 'i').exec(wkt)?.[1] ?? NaN)
  const origin = parameter('latitude_of_origin')
  const [meridian, easting, scale] = ['central_meridian', 'false_easting', 'scale_factor'].map(parameter)
  if (!/merchich/i.test(wkt)) return null
  return (
    KNOWN.find(({ definition }) => {
      const [, lat, k, x] = /\+lat_0=([\d.]+) .*\+k_0=([\d.]+) \+x_0=(\d+)/.exec(definition ?? '') ?? []
      return (
        meridian === -5.4 &&
        Number(lat) === origin &&
        Number(x) === easting &&
        Math.abs(Number(k) - scale!) < 1e-8
      )
    }) ?? null
  )
}

/**
 * Converts easting and northing (or degrees of another datum) to longitude and latitude; NaN for what cannot be
 * converted.
 */
export type ToWgs84 = (x: number, y: number) => Position

/** Loaded with the first file that is not in WGS 84. */
const loadProj4 = async (): Promise<typeof Proj4> => (await import('proj4')).default

/**
 * A coordinate in metres that is less than this lies outside every system that is read: it is in degrees, or its comma separates
 * thousands.
 */
export const MIN_METRES = 1_000

export async function toWgs84Of(crs: Crs): Promise<ToWgs84> {
  const { definition } = crs
  if (definition === null) return (x, y) => [x, y]
  const min = isGeographic(crs) ? 0 : MIN_METRES
  const proj4 = await loadProj4()
  const { forward } = proj4(definition, 'WGS84')
  return (x, y) => {
    if (!Number.isFinite(x) || !Number.isFinite(y)) return [NaN, NaN]
    if (Math.abs(x) < min || Math.abs(y) < min) return [NaN, NaN]
    const [lng, lat] = forward([x, y])
    // A ten-millionth of a degree is a centimetre, better than any of these systems is.
    return [roundedDegrees(lng!), roundedDegrees(lat!)]
  }
}

const roundedDegrees = (degrees: number): number => Math.round(degrees * 1e7) / 1e7

/** A person's note that a file was converted. */
export const conversionNote = ({ code, name }: Crs): string =>
  `coordinates were converted from ${code} (${name}) to WGS 84`

/** A MultiPolygon has four levels of arrays. */
const MAX_LEVELS = 6

/** A geometry of GeoJSON with all its positions converted; what is none stays as it is. */
export function convertGeometry(geometry: unknown, toWgs84: ToWgs84): unknown {
  if (typeof geometry !== 'object' || geometry === null || !('coordinates' in geometry)) return geometry
  return { ...geometry, coordinates: convertPositions(geometry.coordinates, toWgs84, MAX_LEVELS) }
}

function convertPositions(value: unknown, toWgs84: ToWgs84, levels: number): unknown {
  if (!Array.isArray(value) || levels === 0) return value
  if (typeof value[0] === 'number') return toWgs84(value[0], typeof value[1] === 'number' ? value[1] : NaN)
  return value.map((part) => convertPositions(part, toWgs84, levels - 1))
}
