/** Populated places (douars, towns) as points: GeoNames' table and lists like it, or points of a feature file. */
import type { LocalityRecord } from '#domain/place'
import type { ByteSource } from '../file/byte-source.js'
import {
  communeCode,
  type FieldReader,
  fieldReader,
  optionalCount,
  identifier,
  optionalName,
  optionalText,
} from '../fields/field-reader.js'
import { type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { isInMorocco } from '../fields/morocco-bounds.js'
import { LATITUDE_HEADERS, LONGITUDE_HEADERS, PositionReader, rejectSwapped } from '../fields/position.js'
import { openFeatureRows } from '../input/feature-rows.js'
import { type ListFile, type ListOptions, rejectLostZeros } from './list-file.js'

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

type Column = keyof typeof COLUMNS
type Reader = FieldReader<Column>

export interface LocalityFile extends ListFile {
  localities: LocalityRecord[]
}

/** Reads a list of localities; a file without the required columns throws `UnreadableFileError`. */
export async function readLocalities(source: ByteSource, options: ListOptions = {}): Promise<LocalityFile> {
  const { name, sheet, crs } = options
  const { table } = await openFeatureRows(source, { name, crs, hasPositions: true })
  const file: LocalityFile = { localities: [], rowCount: 0, rejections: [], notes: table.notes }
  const positions = new PositionReader(crs, file.notes)
  const ids = new Set<string>()
  const records: { record: LocalityRecord; line: number; code: string }[] = []
  for await (const row of namedRows(table, COLUMNS, ['id', 'lat', 'lng'], { sheet, file: name })) {
    file.rowCount++
    const reader = fieldReader(row, 'id')
    const locality = await localityOf(reader, row, positions)
    if (ids.has(locality.id)) reader.reject('id', 'is a duplicate')
    if (locality.id !== '') ids.add(locality.id)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else records.push({ record: locality, line: row.line, code: locality.id })
  }
  file.localities = rejectLostZeros(records, file.rejections)
  const abroad = file.localities.filter(({ lat, lng }) => !isInMorocco(lat, lng)).length
  if (abroad > 0) file.notes.push(`${abroad} places lie outside Morocco and were taken as they are`)
  return file
}

async function localityOf(
  reader: Reader,
  row: NamedRow<Column>,
  positions: PositionReader,
): Promise<LocalityRecord> {
  const { read } = reader
  return {
    id: read('id', identifier, ''),
    ...namesOf(reader),
    kind: read('kind', optionalText, null) ?? 'PPL',
    ...(await positionOf(reader, row, positions)),
    population: read('population', (text) => optionalCount(text, row.hasCommas), null),
    communeCode: read('communeCode', optionalCommune, null),
  }
}

function namesOf({ read, reject }: Reader): { nameFr: string; nameAr: string | null } {
  const nameFr = read('nameFr', optionalName, '')
  const nameAr = read('nameAr', optionalName, '')
  if (nameFr === null && nameAr === null) reject('nameFr', 'is missing')
  return { nameFr: nameFr ?? nameAr ?? '', nameAr }
}

const optionalCommune = (text: string): Parsed<string | null> =>
  text === '' ? { value: null } : communeCode(text)

async function positionOf(
  reader: Reader,
  row: NamedRow<Column>,
  positions: PositionReader,
): Promise<{ lat: number; lng: number }> {
  const position = await positions.read(reader, row)
  rejectSwapped(reader, position)
  return position
}
