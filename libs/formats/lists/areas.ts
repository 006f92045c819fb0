/** Boundaries: GeoJSON and TopoJSON at any level, the level told from the form of the HCP code. */
import { type AreaLevel, type AreaRecord, levelOfCode, normaliseAreaCode, parentCodeOf } from '#domain/place'
import { documentText } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/file-problem.js'
import { columnsOf, headerKey } from '../fields/headers.js'
import { polygonOf } from '../geometry/polygon.js'
import { type RowRejection, shortValueText } from '../fields/refusal.js'
import { featuresOfTopology, isObject, isTopology, type RawFeature } from '../geometry/topojson.js'

export interface AreaFile {
  areas: AreaRecord[]
  /** `line` is the 1-based number of the feature; of a feature with several faults the first is told. */
  rejections: RowRejection[]
  /** What was assumed or left empty, for people. */
  notes: string[]
}

export interface AreaFileOptions {
  /** Year of the edition; what the file says of it is not looked at then. 0 marks simulated areas. */
  vintage?: number
  /** The file's name, for messages. */
  name?: string
}

/** Codes and names of RGPH 2024 are the edition in force. */
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

/** Reads the areas of a file. What is wrong with single features is in `refused`; a file that is none throws. */
export function readAreas(bytes: Uint8Array, options: AreaFileOptions = {}): AreaFile {
  const features = featuresOf(documentOf(bytes, options.name), options.name)
  const edition = editionOf(features, options.vintage)
  const file: AreaFile = { areas: [], rejections: [], notes: [...edition.notes] }
  const seen = new Set<string>()
  for (const [index, feature] of features.entries()) {
    const read = areaOf(feature, edition.vintage, file.notes, options.vintage === undefined)
    const refusal = 'area' in read ? duplicateRejection(read.area, seen) : read.refusal
    if (refusal) file.rejections.push({ line: index + 1, ...refusal })
    else if ('area' in read) file.areas.push(read.area)
  }
  return file
}

function duplicateRejection({ code, vintage }: AreaRecord, seen: Set<string>): RowRejection | null {
  const key = `${code} ${vintage}`
  if (seen.has(key)) return { code, field: 'code', value: code, reason: 'stands twice in the file' }
  seen.add(key)
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
  if (document.type === 'Feature') return [featureOf(document)]
  if (document.type !== 'FeatureCollection' || !Array.isArray(document.features))
    throw new UnreadableFileError(NOT_GEOJSON, file)
  return document.features.map(featureOf)
}

const NOT_GEOJSON = 'the file is neither a GeoJSON FeatureCollection or Feature nor TopoJSON'

function featureOf(value: unknown): RawFeature {
  if (!isObject(value)) return { properties: {}, geometry: null }
  const properties = isObject(value.properties) ? value.properties : {}
  return { id: value.id, properties, geometry: value.geometry }
}

/** The spellings of WGS 84 in the `crs` member of GeoJSON 2008, as GDAL, QGIS and ArcGIS write them. */
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

/** The year that the file's features share unless they say otherwise. */
function editionOf(
  features: readonly RawFeature[],
  given: number | undefined,
): { vintage: number; notes: string[] } {
  if (given !== undefined) return { vintage: given, notes: [] }
  const years = new Set(features.flatMap(({ properties }) => populationYears(properties)))
  if (years.size > 0) return { vintage: Math.max(...years), notes: [] }
  const silent = features.some(({ properties }) => propertyOf(properties, 'vintage') === '')
  return {
    vintage: DEFAULT_VINTAGE,
    notes: silent ? [`the file names no year: ${DEFAULT_VINTAGE} was assumed`] : [],
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

type ReadArea = { area: AreaRecord } | { refusal: RowRejection }

function areaOf(feature: RawFeature, edition: number, notes: string[], ownVintage: boolean): ReadArea {
  const { properties } = feature
  const written = propertyOf(properties, 'code')
  const place = codeAndLevelOf(written)
  if ('refusal' in place) return place
  const { code, level } = place
  const refuse = (field: string, value: string, reason: string): ReadArea => ({
    refusal: { code, field, value, reason },
  })
  const vintage = (ownVintage && propertyOf(properties, 'vintage')) || String(edition)
  if (!/^(0|1[89]\d\d|2[01]\d\d)$/.test(vintage))
    return refuse('vintage', shortValueText(vintage), 'is not a year')
  const names = namesOf(properties)
  if (!names) return refuse('nameFr', '', 'there is no name, neither French nor Arabic')
  if (feature.geometryError) return refuse('geometry', '', feature.geometryError)
  const shape = polygonOf(feature.geometry)
  if ('fault' in shape) return refuse('geometry', shape.fault.value, shape.fault.reason)
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

function codeAndLevelOf(written: string): { code: string; level: AreaLevel } | { refusal: RowRejection } {
  const code = normaliseAreaCode(written)
  const level = code && levelOfCode(code)
  const field = 'code'
  if (!code || !level) {
    const reason = written === '' ? 'is missing' : 'is not an HCP code such as 01, 01.051 or 01.051.01.01'
    return { refusal: { field, value: shortValueText(written), reason } }
  }
  if (level === 'cercle')
    return { refusal: { code, field, value: written, reason: 'is a cercle: this level is not loaded' } }
  return { code, level }
}

const ARABIC = /\p{Script=Arabic}/u

/** A name in one language only stands for both; a lone `name` counts for the script that it is written in. */
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

/** The type in our words; one that is not known stays as it is, and a feature type of another tool is none. */
function typeOf(text: string): string | null {
  const key = headerKey(text)
  const known = Object.entries(TYPES).find(([, names]) => names.includes(key))
  return known ? known[0] : text === '' || key === 'region' ? null : text
}

/** The population of the edition's year; without a year, or of another year when there is no better. */
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
