/** The plan as its keepers list it: a table (CSV, XLSX) or features (GeoJSON, GeoPackage), one item a line. */
import { operatorOf } from '#domain/operator'
import { levelOfCode, normaliseAreaCode } from '#domain/place'
import { PLAN_CODE, type PlanFields, type PlanPlace, type PlanRow } from '#domain/plan'
import type { ByteSource } from '../file/byte-source.js'
import { openFeatureRows } from '../tables/feature-rows.js'
import { communeCode, degrees, type FieldReader, fieldReader, optionalText } from '../fields/field-reader.js'
import { UnreadableFileError } from '../file/file-problem.js'
import type { PackageFeature } from '../geometry/geopackage.js'
import { type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { polygonOf } from '../geometry/polygon.js'
import { isInMorocco, isSwapped, SWAPPED_REASON } from '../fields/position.js'
import type { RowRejection } from '../fields/refusal.js'
import { speedOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'
import { isObject } from '../geometry/topojson.js'

const COLUMNS = {
  code: [
    'code',
    'plan_code',
    'code_plan',
    'code pnhd',
    'identifiant',
    'id',
    'reference',
    'ref',
    'الرمز',
    'المعرف',
    'رمز المخطط',
  ],
  localityId: [
    'locality_id',
    'id_localite',
    'code_localite',
    'code localite',
    'geonames_id',
    'code_douar',
    'رمز التجمع',
    'رمز الدوار',
  ],
  zoneId: ['zone_id', 'zone', 'id_zone', 'code_zone', 'رمز المنطقة', 'المنطقة'],
  nameAr: ['name_ar', 'nom_ar', 'nom_arabe', 'nom en arabe', 'الاسم بالعربية', 'الاسم', 'اسم الدوار'],
  nameFr: [
    'name_fr',
    'nom_fr',
    'name',
    'nom',
    'localite',
    'locality',
    'douar',
    'nom_douar',
    'nom de la localite',
    'libelle',
    'designation',
    'الاسم بالفرنسية',
  ],
  areaCode: [
    'commune_code',
    'code_commune',
    'area_code',
    'code_hcp',
    'hcp_code',
    'code hcp commune',
    'code de la commune',
    'commune',
    'رمز الجماعة',
    'رمز الجماعة الترابية',
  ],
  lat: ['lat', 'latitude', 'y', 'خط العرض'],
  lng: ['lng', 'lon', 'long', 'longitude', 'x', 'خط الطول'],
  operator: ['operator', 'operateur', 'attributaire', 'titulaire', 'fournisseur', 'المتعهد', 'المشغل'],
  technology: ['technology', 'technologie', 'techno', 'tech', 'التكنولوجيا', 'التقنية'],
  targetBps: [
    'target_bps',
    'target_speed',
    'target',
    'debit cible',
    'debit vise',
    'debit promis',
    'debit',
    'speed',
    'download',
    'الصبيب المستهدف',
    'الصبيب',
  ],
  awardedOn: [
    'awarded_on',
    'awarded',
    'award_date',
    "date d'attribution",
    'date attribution',
    'attribue le',
    'attribution',
    'تاريخ الإسناد',
    'تاريخ الاسناد',
  ],
  startedOn: [
    'started_on',
    'start',
    'start_date',
    'works_started',
    'date de debut',
    'debut des travaux',
    'debut travaux',
    'demarrage',
    'تاريخ بدء الأشغال',
    'بداية الأشغال',
  ],
  promisedBy: [
    'promised_by',
    'promised',
    'promised_date',
    'due',
    'deadline',
    'date promise',
    'promis pour le',
    'promis pour',
    'echeance',
    'date prevue',
    'التاريخ الموعود',
    'الأجل',
    'أجل الإنجاز',
  ],
  inServiceOn: [
    'in_service_on',
    'in_service',
    'service_date',
    'date de mise en service',
    'mise en service',
    'en service le',
    'mes',
    'تاريخ بدء الخدمة',
    'بداية الخدمة',
    'تاريخ التشغيل',
  ],
  comment: [
    'comment',
    'commentaire',
    'remarque',
    'remarques',
    'observation',
    'observations',
    'ملاحظة',
    'ملاحظات',
  ],
} as const

type Column = keyof typeof COLUMNS
type Row = NamedRow<Column>
type Reader = FieldReader<Column>

export interface PlanFile {
  rows: PlanRow[]
  /** Every fault with its line; a line with a fault gives no item. */
  rejections: RowRejection[]
  /** Lines read. */
  lines: number
}

/** Morocco has 32,000 douars. */
const MAX_ROWS = 100_000

/** Reads a list of the plan; a file without the column of the code throws `UnreadableFileError`. */
export async function readPlan(source: ByteSource, name: string): Promise<PlanFile> {
  const { features, rows } = await openFeatureRows(source, name)
  const file: PlanFile = { rows: [], rejections: [], lines: 0 }
  const lineOf = new Map<string, number>()
  for await (const row of namedRows(rows, COLUMNS, ['code'], name)) {
    if (++file.lines > MAX_ROWS) throw new UnreadableFileError(`has more than ${MAX_ROWS} lines`, name)
    const reader = fieldReader(row, 'code')
    const item = itemOf(row, reader, features?.[row.line - 1] ?? null)
    const first = lineOf.get(item.code)
    if (first !== undefined) reader.reject('code', `stands on line ${first} already`)
    else if (item.code !== '') lineOf.set(item.code, row.line)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else file.rows.push(item)
  }
  return file
}

function itemOf(row: Row, reader: Reader, feature: PackageFeature | null): PlanRow {
  const { read } = reader
  const fields: Partial<PlanFields> = {}
  const take = <F extends Column & keyof PlanFields>(
    field: F,
    parse: (text: string) => Parsed<PlanFields[F] | null>,
  ) => {
    if (row.header(field) !== null) fields[field] = read(field, parse, null) as PlanFields[F]
  }
  take('nameFr', optionalText)
  take('nameAr', optionalText)
  // A list in one language only names its places once; one that names none keeps the names that are known.
  if (fields.nameFr === null || fields.nameFr === undefined) {
    delete fields.nameFr
    if (fields.nameAr) fields.nameFr = fields.nameAr
  }
  take('areaCode', optionalArea)
  take('operator', (text) => ({ value: operatorOf(text) }))
  take('technology', technology)
  take('targetBps', (text) => speedOf(text, row.header('targetBps') ?? ''))
  for (const field of ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const)
    take(field, optionalDay)
  return {
    line: row.line,
    code: read('code', planCode, ''),
    fields,
    place: placeOf(row, reader, feature),
    comment: read('comment', optionalText, null),
  }
}

const planCode = (text: string): Parsed<string> => {
  if (text === '') return { reason: 'is missing' }
  return PLAN_CODE.test(text)
    ? { value: text }
    : { reason: 'is not a code of up to 60 letters, digits, points and dashes such as PNHD2-0001' }
}

/** A commune, or a larger area where no commune is known. */
function optionalArea(text: string): Parsed<string | null> {
  if (text === '') return { value: null }
  const code = normaliseAreaCode(text)
  const level = code === null ? null : levelOfCode(code)
  return level === null || level === 'cercle'
    ? { reason: 'is not an HCP code such as 01.051.01.01' }
    : { value: code }
}

function technology(text: string): Parsed<PlanFields['technology']> {
  if (text === '') return { value: null }
  const value = technologyOf(text)
  return value ? { value } : { reason: 'is not a known technology such as fibre, ADSL, 4G or VSAT' }
}

/** 2027-03-31, or as it is written in French: 31/03/2027. */
export function optionalDay(text: string): Parsed<string | null> {
  if (text === '') return { value: null }
  const [, day = '', month = '', year = ''] = /^(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})$/.exec(text) ?? []
  const iso =
    /^(\d{4}-\d\d-\d\d)([T ].*)?$/.exec(text)?.[1] ??
    `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (!isDay(iso)) return { reason: 'is not a day such as 2027-03-31 or 31/03/2027' }
  return iso.startsWith('20') ? { value: iso } : { reason: 'does not lie between 2000 and 2099' }
}

/** 2027-02-30 would be read as 2 March. */
function isDay(iso: string): boolean {
  const time = Date.parse(`${iso}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(iso)
}

/** The most certain way to say a place comes first; a row that says none leaves it as it is known. */
function placeOf(row: Row, reader: Reader, feature: PackageFeature | null): PlanPlace | null {
  const { cell } = row
  if (cell('localityId') !== '') return { localityId: reader.read('localityId', optionalText, '') ?? '' }
  if (cell('zoneId') !== '') return { zoneId: reader.read('zoneId', optionalText, '') ?? '' }
  if (feature?.geometryError || (feature && feature.geometry !== null)) return shapeOf(reader, feature)
  if (cell('lat') !== '' || cell('lng') !== '')
    return positionOf(reader, reader.read('lat', degrees(90), NaN), reader.read('lng', degrees(180), NaN))
  const name = cell('nameFr') || cell('nameAr')
  const commune = communeCode(cell('areaCode'))
  return name !== '' && 'value' in commune ? { name, communeCode: commune.value } : null
}

function shapeOf(reader: Reader, { geometry, geometryError: problem }: PackageFeature): PlanPlace | null {
  if (isObject(geometry) && geometry['type'] === 'Point' && Array.isArray(geometry['coordinates'])) {
    const [lng, lat] = geometry['coordinates'] as unknown[]
    if (typeof lat === 'number' && typeof lng === 'number') return positionOf(reader, lat, lng)
  }
  const polygon = polygonOf(geometry)
  if ('geometry' in polygon) return { geometry: polygon.geometry }
  reader.reject('lat', `geometry: ${problem ?? polygon.fault.reason}`, problem ? '' : polygon.fault.value)
  return null
}

function positionOf(reader: Reader, lat: number, lng: number): PlanPlace {
  if (isSwapped(lat, lng)) reader.reject('lat', SWAPPED_REASON, `${lat}, ${lng}`)
  else if (!Number.isNaN(lat + lng) && !isInMorocco(lat, lng))
    reader.reject('lat', 'lies outside Morocco', `${lat}, ${lng}`)
  return { lat, lng }
}
