/** Boundaries of areas at any level, as GeoJSON or TopoJSON. The level follows from the form of the HCP code. */
import { type AreaLevel, type AreaRecord, levelOfCode, normaliseAreaCode, parentCodeOf } from '#domain/place'
import { documentText } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { columnsOf, headerKey } from '../fields/headers.js'
import { polygonOf } from '../geometry/polygon.js'
import { type RowRejection, shortValueText } from '../fields/row-rejection.js'
import { isObject } from '../file/json-object.js'
import { type RawFeature, rawFeatureOf } from '../geometry/raw-feature.js'
import { featuresOfTopology, isTopology } from '../geometry/topojson.js'

export interface AreaFile {
  areas: AreaRecord[]
  /** `line` is the 1-based number of the feature; a feature with several faults is rejected for the first of them. */
  rejections: RowRejection[]
  /** For people: what was assumed or left empty. */
  notes: string[]
}

export interface AreaFileOptions {
  /** Year of the edition, which overrides that of the file; 0 marks simulated areas. */
  vintage?: number
  /** The file's name, for messages. */
  name?: string
}

/** The edition in force: codes and names of the census of 2024 (RGPH 2024). */
const DEFAULT_VINTAGE = 2024

const PROPERTIES = {
  code: [
    'code',
    'code_hcp',
    'hcp_code',
    'hcp',
    'commune_code',
    'code_commune',
    'area_code',
    'code_geo',
    'code_collectivite',
    'digits',
    'رمز الجماعة',
    'الرمز',
  ],
  nameFr: [
    'name_fr',
    'nom_fr',
    'fr',
    'nom',
    'name',
    'libelle',
    'commune',
    'nom_commune',
    'nom_com',
    'shapeName',
  ],
  nameAr: [
    'name_ar',
    'nom_ar',
    'ar',
    'nom_arabe',
    'name:ar',
    'libelle_ar',
    'الاسم',
    'اسم الجماعة',
    'الجماعة',
  ],
  type: ['type', 'milieu', 'nature', 'النوع'],
  vintage: ['vintage', 'millesime', 'edition', 'annee'],
} as const

type Property = keyof typeof PROPERTIES

/** `population`, `pop_2014`, `population_2024`, `السكان`. */
const POPULATION = /^(?:pop|population|populations|population legale|السكان|عدد السكان)(?: ((?:19|20)\d\d))?$/

/** Reads the areas of a file. Faults of single features are in `rejections`; a file that cannot be read throws `UnreadableFileError`. */
export function readAreas(bytes: Uint8Array, options: AreaFileOptions = {}): AreaFile {
  const features = featuresOf(documentOf(bytes, options.name), options.name)
  const edition = editionOf(features, options.vintage)
  const file: AreaFile = { areas: [], rejections: [], notes: [...edition.notes] }
  const keys = new Set<string>()
  for (const [index, feature] of features.entries()) {
    const result = areaOf(feature, edition.vintage, file.notes, options.vintage === undefined)
    const rejection = 'area' in result ? duplicateRejection(result.area, keys) : result.rejection
    if (rejection) file.rejections.push({ line: index + 1, ...rejection })
    else if ('area' in result) file.areas.push(result.area)
  }
  return file
}

function duplicateRejection({ code, vintage }: AreaRecord, keys: Set<string>): RowRejection | null {
  const key = `${code} ${vintage}`
  if (keys.has(key)) return { code, field: 'code', value: code, reason: 'is a duplicate' }
  keys.add(key)
  return null
}

function documentOf(bytes: Uint8Array, file?: string): unknown {
  const text = documentText(bytes, file)
  try {
    return JSON.parse(text)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UnreadableFileError(`the file is not JSON (${why})`, file, { cause })
  }
}

function featuresOf(document: unknown, file?: string): RawFeature[] {
  if (!isObject(document)) throw new UnreadableFileError(NOT_GEOJSON, file)
  assertWgs84(document.crs, file)
  if (isTopology(document)) return featuresOfTopology(document)
  if (document.type === 'Feature') return [rawFeatureOf(document)]
  if (document.type !== 'FeatureCollection' || !Array.isArray(document.features))
    throw new UnreadableFileError(NOT_GEOJSON, file)
  return document.features.map(rawFeatureOf)
}

const NOT_GEOJSON = 'the file is neither a GeoJSON FeatureCollection or Feature nor TopoJSON'

/** WGS 84 in the `crs` member of GeoJSON 2008, in the spellings of GDAL, QGIS and ArcGIS. */
const WGS_84 = /CRS:?84h?$|EPSG:(?:[\d.]*:)?4326$|EPSG\/0\/4326$/i

function assertWgs84(crs: unknown, file?: string): void {
  if (crs === undefined || crs === null) return
  const properties = isObject(crs) && isObject(crs.properties) ? crs.properties : {}
  const name = String(properties.name ?? properties.code ?? shortValueText(crs))
  if (!WGS_84.test(name) && name !== '4326')
    throw new UnreadableFileError(
      `the coordinates are in ${name}; export the file in WGS 84 (EPSG:4326) and send it again`,
      file,
    )
}

/** The year of the features that name none of their own. */
function editionOf(
  features: readonly RawFeature[],
  chosenVintage: number | undefined,
): { vintage: number; notes: string[] } {
  if (chosenVintage !== undefined) return { vintage: chosenVintage, notes: [] }
  const years = new Set(features.flatMap(({ properties }) => populationYears(properties)))
  if (years.size > 0) return { vintage: Math.max(...years), notes: [] }
  const isAssumed = features.some(({ properties }) => propertyOf(properties, 'vintage') === '')
  return {
    vintage: DEFAULT_VINTAGE,
    notes: isAssumed ? [`the file names no year: ${DEFAULT_VINTAGE} was assumed`] : [],
  }
}

const populationYears = (properties: Record<string, unknown>): number[] =>
  Object.keys(properties).flatMap((name) => {
    const year = POPULATION.exec(headerKey(name))?.[1]
    return year ? [Number(year)] : []
  })

function propertyOf(properties: Record<string, unknown>, property: Property): string {
  const names = Object.keys(properties)
  const column = columnsOf(names, PROPERTIES)[property]
  const value = column === undefined ? null : properties[names[column]!]
  return typeof value === 'string' || typeof value === 'number' ? String(value).trim() : ''
}

type AreaResult = { area: AreaRecord } | { rejection: RowRejection }

function areaOf(feature: RawFeature, edition: number, notes: string[], usesOwnVintage: boolean): AreaResult {
  const { properties } = feature
  const place = codeAndLevelOf(propertyOf(properties, 'code'))
  if ('rejection' in place) return place
  const { code, level } = place
  const reject = (field: string, value: string, reason: string): AreaResult => ({
    rejection: { code, field, value, reason },
  })
  const vintage = (usesOwnVintage && propertyOf(properties, 'vintage')) || String(edition)
  if (!/^(0|1[89]\d\d|2[01]\d\d)$/.test(vintage))
    return reject('vintage', shortValueText(vintage), 'is not a year')
  const names = namesOf(properties)
  if (!names) return reject('nameFr', '', 'there is no name, neither French nor Arabic')
  if (feature.geometryError) return reject('geometry', '', feature.geometryError)
  const shape = polygonOf(feature.geometry)
  if ('rejection' in shape) return reject('geometry', shape.rejection.value, shape.rejection.reason)
  const population = populationOf(properties, Number(vintage), code, notes)
  return {
    area: {
      code,
      vintage: Number(vintage),
      level,
      type: typeOf(propertyOf(properties, 'type')),
      parentCode: parentCodeOf(code),
      ...names,
      population,
      geometry: shape.geometry,
    },
  }
}

function codeAndLevelOf(text: string): { code: string; level: AreaLevel } | { rejection: RowRejection } {
  const code = normaliseAreaCode(text)
  const level = code && levelOfCode(code)
  const field = 'code'
  if (!code || !level) {
    const reason = text === '' ? 'is missing' : 'is not an HCP code such as 01, 01.051 or 01.051.01.01'
    return { rejection: { field, value: shortValueText(text), reason } }
  }
  if (level === 'cercle')
    return { rejection: { code, field, value: text, reason: 'is a cercle: this level is not loaded' } }
  return { code, level }
}

const ARABIC = /\p{Script=Arabic}/u

/** A name in one language serves for both; a single `name` is taken for the language whose script it has. */
function namesOf(properties: Record<string, unknown>): { nameFr: string; nameAr: string } | null {
  const [fr, ar] = [propertyOf(properties, 'nameFr'), propertyOf(properties, 'nameAr')]
  const nameAr = ar || (ARABIC.test(fr) ? fr : '') || fr
  const nameFr = fr || ar
  return nameFr === '' ? null : { nameFr, nameAr }
}

const TYPES: Readonly<Record<string, readonly string[]>> = {
  urban: [
    'urban',
    'urbain',
    'urbaine',
    'commune urbaine',
    'municipalite',
    'mu',
    'cu',
    'حضريه',
    'حضري',
    'جماعه حضريه',
  ],
  rural: ['rural', 'rurale', 'commune rurale', 'cr', 'قرويه', 'قروي', 'جماعه قرويه'],
  province: ['province', 'اقليم'],
  prefecture: ['prefecture', 'عماله'],
}

/** The type in our words; an unknown one stays as it is. A region has no type. */
function typeOf(text: string): string | null {
  const key = headerKey(text)
  const match = Object.entries(TYPES).find(([, names]) => names.includes(key))
  return match ? match[0] : text === '' || key === 'region' ? null : text
}

/** The population of the edition's year; else one without a year, else one of any year. */
function populationOf(
  properties: Record<string, unknown>,
  vintage: number,
  code: string,
  notes: string[],
): number | null {
  const columns = Object.entries(properties).flatMap(([name, value]) => {
    const match = POPULATION.exec(headerKey(name))
    return match ? [{ year: Number(match[1] ?? 0), value }] : []
  })
  const best =
    columns.find(({ year }) => year === vintage) ?? columns.find(({ year }) => year === 0) ?? columns[0]
  if (!best || best.value === null || best.value === '') return null
  const population = Number(best.value)
  if (Number.isInteger(population) && population >= 0 && population < 2 ** 31) return population
  notes.push(`${code}: the population ${shortValueText(best.value)} is not a whole number and was left empty`)
  return null
}
