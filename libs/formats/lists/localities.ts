/** Populated places (douars, towns) as points: GeoNames' table and lists like it. */
import type { LocalityRecord } from '#domain/place'
import type { ByteSource } from '../file/byte-source.js'
import {
  communeCode,
  type FieldReader,
  fieldReader,
  optionalCount,
  optionalText,
  requiredText,
} from '../fields/field-reader.js'
import { namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import {
  isInMorocco,
  LATITUDE_HEADERS,
  LONGITUDE_HEADERS,
  readPosition,
  rejectSwapped,
} from '../fields/position.js'
import type { RowRejection } from '../fields/row-rejection.js'
import { tableRows } from '../tables/table.js'

const COLUMNS = {
  id: ['id', 'geonames_id', 'geonameid', 'locality_id', 'identifiant', 'code_douar', 'code', 'الرمز'],
  nameAr: ['name_ar', 'nom_ar', 'nom_arabe', 'nom en arabe', 'الاسم بالعربية', 'الاسم', 'اسم الدوار'],
  nameFr: ['name_fr', 'nom_fr', 'name', 'nom', 'localite', 'locality', 'douar', 'nom_douar', 'libelle'],
  kind: ['kind', 'feature_code', 'type', 'nature', 'النوع'],
  lat: LATITUDE_HEADERS,
  lng: LONGITUDE_HEADERS,
  population: ['population', 'pop', 'habitants', 'السكان', 'عدد السكان'],
  communeCode: ['commune_code', 'code_commune', 'code_hcp', 'hcp_code', 'commune', 'رمز الجماعة'],
} as const

type Reader = FieldReader<keyof typeof COLUMNS>

export interface LocalityFile {
  localities: LocalityRecord[]
  /** All reasons of all lines; a line with a rejection gives no locality. */
  rejections: RowRejection[]
  notes: string[]
}

/** Reads a list of localities, CSV or XLSX; a file without the needed columns throws `UnreadableFileError`. */
export async function readLocalities(source: ByteSource, name?: string): Promise<LocalityFile> {
  const file: LocalityFile = { localities: [], rejections: [], notes: [] }
  const seen = new Set<string>()
  let abroad = 0
  for await (const row of namedRows(tableRows(source, name), COLUMNS, ['id', 'lat', 'lng'], name)) {
    const reader = fieldReader(row, 'id')
    const locality = localityOf(reader)
    if (seen.has(locality.id)) reader.reject('id', 'is a duplicate')
    if (locality.id !== '') seen.add(locality.id)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else if (file.localities.push(locality) && !isInMorocco(locality.lat, locality.lng)) abroad++
  }
  if (abroad > 0) file.notes.push(`${abroad} places lie outside Morocco and were taken as they are`)
  return file
}

function localityOf(reader: Reader): LocalityRecord {
  const { read } = reader
  return {
    id: read('id', requiredText, ''),
    ...namesOf(reader),
    kind: read('kind', optionalText, null) ?? 'PPL',
    ...positionOf(reader),
    population: read('population', optionalCount, null),
    communeCode: read('communeCode', optionalCommune, null),
  }
}

function namesOf({ read, reject }: Reader): { nameFr: string; nameAr: string | null } {
  const nameFr = read('nameFr', optionalText, '')
  const nameAr = read('nameAr', optionalText, '')
  if (nameFr === null && nameAr === null) reject('nameFr', 'is missing')
  return { nameFr: nameFr ?? nameAr ?? '', nameAr }
}

const optionalCommune = (text: string): Parsed<string | null> =>
  text === '' ? { value: null } : communeCode(text)

function positionOf(reader: Reader): { lat: number; lng: number } {
  const position = readPosition(reader)
  rejectSwapped(reader, position)
  return position
}
