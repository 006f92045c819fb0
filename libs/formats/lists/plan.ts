/** The deployment plan as a table or as features, one item per line. */
import { levelOfCode, normaliseAreaCode } from '#domain/place'
import { PLAN_CODE, type PlanFields, type PlanPlace, type PlanRow } from '#domain/plan'
import type { ByteSource } from '../file/byte-source.js'
import { parseDay } from '../civil-time/index.js'
import { isPosition, NO_POSITION, pointOf } from '../input/feature-table.js'
import { openFeatureRows } from '../input/feature-rows.js'
import { type ListFile, type ListOptions, rejectLostZeros } from './list-file.js'
import type { DecimalMark } from '../fields/number.js'
import {
  communeCode,
  type FieldReader,
  fieldReader,
  identifier,
  optionalName,
  optionalOperator,
  optionalText,
} from '../fields/field-reader.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import type { RawFeature } from '../geometry/raw-feature.js'
import { type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { polygonOf } from '../geometry/polygon.js'
import {
  LATITUDE_HEADERS,
  LONGITUDE_HEADERS,
  PositionReader,
  rejectOutsideMorocco,
} from '../fields/position.js'
import { speedOf } from '../fields/speed.js'
import { optionalTechnology } from '../fields/technology.js'

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
  lat: LATITUDE_HEADERS,
  lng: LONGITUDE_HEADERS,
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

export interface PlanFile extends ListFile {
  rows: PlanRow[]
}

/** Morocco has 32,000 douars (RGPH 2024): a longer list is not a plan. */
const MAX_ROWS = 100_000

/** The options and known places that every row is read with. */
interface PlanContext {
  positions: PositionReader
  decimal: DecimalMark | undefined
}

/** Reads a list of the plan; a file without the column of the code throws `UnreadableFileError`. */
export async function readPlan(source: ByteSource, options: ListOptions = {}): Promise<PlanFile> {
  const { name, sheet, crs, decimal } = options
  const { features, table } = await openFeatureRows(source, { name, crs, hasPositions: false })
  const file: PlanFile = { rows: [], rowCount: 0, rejections: [], notes: table.notes }
  const context: PlanContext = { positions: new PositionReader(crs, file.notes), decimal }
  const lineOf = new Map<string, number>()
  const records: { record: PlanRow; line: number; code: string }[] = []
  for await (const row of namedRows(table, COLUMNS, ['code'], { sheet, file: name })) {
    if (++file.rowCount > MAX_ROWS)
      throw new UnreadableFileError(`the list has more than ${MAX_ROWS} rows`, name)
    const reader = fieldReader(row, 'code')
    const item = await itemOf(row, reader, features?.[row.line - 1] ?? null, context)
    const firstLine = lineOf.get(item.code)
    if (firstLine !== undefined) reader.reject('code', `duplicates line ${firstLine}`)
    else if (item.code !== '') lineOf.set(item.code, row.line)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else records.push({ record: item, line: row.line, code: item.code })
  }
  file.rows = rejectLostZeros(records, file.rejections)
  return file
}

async function itemOf(
  row: Row,
  reader: Reader,
  feature: RawFeature | null,
  context: PlanContext,
): Promise<PlanRow> {
  const { read } = reader
  const fields: Partial<PlanFields> = {}
  const take = <F extends Column & keyof PlanFields>(
    field: F,
    parse: (text: string) => Parsed<PlanFields[F] | null>,
  ) => {
    if (row.header(field) !== null) fields[field] = read(field, parse, null) as PlanFields[F]
  }
  take('nameFr', optionalName)
  take('nameAr', optionalName)
  // A list in one language has one column of names; a list without names keeps those that are stored.
  if (fields.nameFr === null || fields.nameFr === undefined) {
    delete fields.nameFr
    if (fields.nameAr) fields.nameFr = fields.nameAr
  }
  take('areaCode', optionalArea)
  take('operator', optionalOperator)
  take('technology', optionalTechnology)
  const style = { mark: context.decimal, hasCommas: row.hasCommas }
  take('targetBps', (text) => speedOf(text, row.header('targetBps') ?? '', style))
  for (const field of ['awardedOn', 'startedOn', 'promisedBy', 'inServiceOn'] as const)
    take(field, optionalDay)
  return {
    line: row.line,
    code: read('code', planCode, ''),
    fields,
    place: await placeOf(row, reader, feature, context),
    comment: read('comment', optionalText, null),
  }
}

const planCode = (text: string): Parsed<string> => {
  const code = identifier(text)
  if ('reason' in code) return code
  return PLAN_CODE.test(code.value)
    ? code
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

const optionalDay = (text: string): Parsed<string | null> => (text === '' ? { value: null } : parseDay(text))

/** The most precise statement of a place takes precedence; null, where a row has none, leaves the place unchanged. */
async function placeOf(
  row: Row,
  reader: Reader,
  feature: RawFeature | null,
  { positions }: PlanContext,
): Promise<PlanPlace | null> {
  const { cell } = row
  if (cell('localityId') !== '') return { localityId: reader.read('localityId', identifier, '') }
  if (cell('zoneId') !== '') return { zoneId: reader.read('zoneId', identifier, '') }
  if (feature?.geometryError || (feature && feature.geometry !== null)) return shapeOf(reader, feature)
  if (cell('lat') !== '' || cell('lng') !== '') return positionOf(reader, await positions.read(reader, row))
  const name = cell('nameFr') || cell('nameAr')
  const commune = communeCode(cell('areaCode'))
  return name !== '' && 'value' in commune ? { name, communeCode: commune.value } : null
}

function shapeOf(reader: Reader, { geometry, geometryError }: RawFeature): PlanPlace | null {
  const point = pointOf(geometry)
  if (point && isPosition(point)) return positionOf(reader, { lat: point[1], lng: point[0] })
  const polygon = polygonOf(geometry)
  if ('geometry' in polygon) return { geometry: polygon.geometry }
  const { reason, value } = point ? { reason: NO_POSITION, value: point.join(', ') } : polygon.rejection
  reader.reject('lat', `geometry: ${geometryError ?? reason}`, geometryError ? '' : value)
  return null
}

function positionOf(reader: Reader, position: { lat: number; lng: number }): PlanPlace {
  rejectOutsideMorocco(reader, position)
  return position
}
