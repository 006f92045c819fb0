/** Boundaries of areas at any level, as features of any file. The level follows from the form of the HCP code. */
import { type AreaLevel, type AreaRecord, levelOfCode, normaliseAreaCode, parentCodeOf } from '#domain/place'
import type { ByteSource } from '../file/byte-source.js'
import { optionalCount } from '../fields/field-reader.js'
import { columnsOf, headerKey } from '../fields/headers.js'
import { polygonOf } from '../geometry/polygon.js'
import { type RowRejection, shortValueText } from '../fields/row-rejection.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import { openFeatures } from '../input/feature-rows.js'
import { cellFaultOf, missingWordFaultOf } from '../tables/cell-fault.js'
import type { ListFile, ListOptions } from './list-file.js'

/** Here `line` is the 1-based number of the feature; a feature with several faults is rejected for the first of them. */
export interface AreaFile extends ListFile {
  areas: AreaRecord[]
}

export interface AreaFileOptions extends Pick<ListOptions, 'name' | 'crs'> {
  /** Year of the edition, which overrides that of the file; 0 marks simulated areas. */
  vintage?: number | undefined
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
export async function readAreas(source: ByteSource, options: AreaFileOptions = {}): Promise<AreaFile> {
  const { features, notes } = await openFeatures(source, options)
  const edition = editionOf(features, options.vintage)
  const file: AreaFile = {
    areas: [],
    rowCount: features.length,
    rejections: [],
    notes: [...notes, ...edition.notes],
  }
  const keys = new Set<string>()
  for (const [index, feature] of features.entries()) {
    const result = areaOf(feature, edition.vintage, options.vintage === undefined)
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

/** A property that we read, and that is neither a value nor empty. */
function propertyFaultOf(properties: Record<string, unknown>): RowRejection | null {
  for (const field of Object.keys(PROPERTIES) as Property[]) {
    const value = propertyOf(properties, field)
    const isName = field === 'nameFr' || field === 'nameAr'
    const reason = cellFaultOf(value) ?? (isName ? missingWordFaultOf(value) : null)
    if (reason) return { field, value: shortValueText(value), reason }
  }
  return null
}

type AreaResult = { area: AreaRecord } | { rejection: RowRejection }

function areaOf(feature: RawFeature, edition: number, usesOwnVintage: boolean): AreaResult {
  const { properties } = feature
  if (feature.fault) return { rejection: { field: 'row', value: '', reason: feature.fault } }
  const fault = propertyFaultOf(properties)
  if (fault) return { rejection: fault }
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
  const people = populationOf(properties, Number(vintage))
  if ('reason' in people) return reject('population', people.text, people.reason)
  return {
    area: {
      code,
      vintage: Number(vintage),
      level,
      type: typeOf(propertyOf(properties, 'type')),
      parentCode: parentCodeOf(code),
      ...names,
      population: people.value,
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
): { value: number | null } | { text: string; reason: string } {
  const columns = Object.entries(properties).flatMap(([name, value]) => {
    const match = POPULATION.exec(headerKey(name))
    return match ? [{ year: Number(match[1] ?? 0), value }] : []
  })
  const best =
    columns.find(({ year }) => year === vintage) ?? columns.find(({ year }) => year === 0) ?? columns[0]
  if (!best || best.value === null) return { value: null }
  const text = shortValueText(best.value).trim()
  const reason = cellFaultOf(text)
  const count = reason ? { reason } : optionalCount(text)
  return 'value' in count ? count : { text, reason: count.reason }
}
