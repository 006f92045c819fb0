/** Lists of sites as administrations keep them: a table, or points of a feature file. */
import { SITE_TYPES, type SiteRecord, type SiteType } from '#domain/place'
import type { ByteSource } from '../file/byte-source.js'
import {
  communeCode,
  type FieldReader,
  fieldReader,
  identifier,
  optionalName,
  optionalOperator,
} from '../fields/field-reader.js'
import { headerKey, type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import {
  LATITUDE_HEADERS,
  LONGITUDE_HEADERS,
  PositionReader,
  rejectOutsideMorocco,
} from '../fields/position.js'
import { shortValueText } from '../fields/row-rejection.js'
import { speedOf } from '../fields/speed.js'
import { openFeatureRows } from '../input/feature-rows.js'
import { type ListFile, type ListOptions, rejectLostZeros } from './list-file.js'
import type { DecimalMark } from '../fields/number.js'
import { optionalTechnology } from '../fields/technology.js'

const COLUMNS = {
  code: [
    'code',
    'code_site',
    'site_code',
    'identifiant',
    'id',
    'reference',
    'ref',
    'رمز الموقع',
    'الرمز',
    'المعرف',
  ],
  nameAr: [
    'name_ar',
    'nom_ar',
    'nom_arabe',
    'nom en arabe',
    'libelle_ar',
    'الاسم بالعربية',
    'اسم الموقع',
    'الاسم',
  ],
  name: [
    'name',
    'name_fr',
    'nom',
    'nom_fr',
    'nom du site',
    'nom_site',
    'site_name',
    'site',
    'libelle',
    'designation',
    'denomination',
    'etablissement',
    'الاسم بالفرنسية',
  ],
  type: [
    'type',
    'site_type',
    'type_site',
    'type de site',
    'categorie',
    'category',
    'nature',
    'نوع الموقع',
    'النوع',
    'الصنف',
  ],
  communeCode: [
    'commune_code',
    'code_commune',
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
  operator: ['operator', 'operateur', 'fournisseur', 'fai', 'isp', 'المتعهد', 'المشغل', 'متعهد الاتصالات'],
  technology: [
    'technology',
    'technologie',
    'techno',
    'type de connexion',
    'type_connexion',
    'connexion',
    'acces',
    'التكنولوجيا',
    'التقنية',
    'نوع الربط',
  ],
  contractedUpBps: [
    'contracted_up',
    'contracted upload',
    'debit montant',
    'debit montant contractuel',
    'debit contractuel montant',
    'debit up',
    'upload',
    'up',
    'صبيب الرفع',
  ],
  contractedDownBps: [
    'contracted_down',
    'contracted download',
    'debit descendant',
    'debit descendant contractuel',
    'debit contractuel descendant',
    'debit contractuel',
    'debit souscrit',
    'debit down',
    'debit',
    'download',
    'down',
    'صبيب التنزيل',
    'الصبيب',
  ],
} as const

type Column = keyof typeof COLUMNS
type Row = NamedRow<Column>
type Reader = FieldReader<Column>

/** Names of each type, separated by commas. */
const TYPE_NAMES: Readonly<Record<SiteType, string>> = {
  council: `conseil, conseil communal, commune, siège de commune, mairie, municipalité, hôtel de ville, الجماعة, جماعة,
    مقر الجماعة, مجلس جماعي, المجلس الجماعي, جماعة ترابية, بلدية`,
  caidat: `caïd, annexe administrative, pachalik, cercle, القيادة, قيادة, ملحقة إدارية, الملحقة الإدارية, باشوية, دائرة`,
  school: `école, école primaire, école rurale, collège, lycée, établissement scolaire, groupe scolaire, secteur scolaire,
    primary school, مدرسة, المدرسة, مدرسة ابتدائية, مدرسة جماعاتية, مجموعة مدارس, إعدادية, ثانوية, ثانوية إعدادية,
    ثانوية تأهيلية, مؤسسة تعليمية`,
  health_centre: `health center, health, centre de santé, centre santé, csr, csu, dispensaire, dispensaire rural, hôpital,
    clinic, hospital, مركز صحي, المركز الصحي, مستوصف, مستشفى`,
  post_office: `post, poste, la poste, bureau de poste, agence postale, barid al-maghrib, مكتب البريد, مكتب بريد,
    بريد المغرب, البريد, وكالة بريدية`,
  administration: `administration publique, service extérieur, délégation, province, préfecture, tribunal, perception,
    public administration, إدارة, إدارة عمومية, مصلحة خارجية, عمالة, مندوبية`,
  other: 'autre, autres, divers, آخر, أخرى, غير ذلك',
}

const TYPE_OF: ReadonlyMap<string, SiteType> = new Map(
  SITE_TYPES.flatMap((type) =>
    [type, ...TYPE_NAMES[type].split(',')].map((name) => [headerKey(name), type] as const),
  ),
)

/** Fields that a list may leave out; what is known of them then stays. */
const OPTIONAL = [
  'nameAr',
  'type',
  'operator',
  'technology',
  'contractedDownBps',
  'contractedUpBps',
] as const satisfies (Column & keyof SiteRecord)[]

export interface SiteFile extends ListFile {
  sites: SiteRecord[]
  /** Fields that have no column in the file. */
  absent: (typeof OPTIONAL)[number][]
}

const REQUIRED = ['code', 'communeCode', 'lat', 'lng'] as const

/** Reads a list of sites. A file without the required columns throws `UnreadableFileError`. */
export async function readSites(source: ByteSource, options: ListOptions = {}): Promise<SiteFile> {
  const { name, sheet, crs, decimal } = options
  const { table } = await openFeatureRows(source, { name, crs, hasPositions: true })
  const file: SiteFile = { sites: [], rowCount: 0, rejections: [], notes: table.notes, absent: [] }
  const positions = new PositionReader(crs, file.notes)
  const lineOf = new Map<string, number>()
  const unknownTypes = new Set<string>()
  const records: { record: SiteRecord; line: number; code: string }[] = []
  for await (const row of namedRows(table, COLUMNS, REQUIRED, { sheet, file: name })) {
    if (++file.rowCount === 1) file.absent = OPTIONAL.filter((field) => row.header(field) === null)
    const reader = fieldReader(row, 'code')
    const site = await siteOf(row, reader, positions, decimal)
    rejectDuplicate(site.code, row.line, lineOf, reader)
    if (isUnknownType(row.cell('type'))) unknownTypes.add(shortValueText(row.cell('type')))
    if (reader.rejections.length === 0) records.push({ record: site, line: row.line, code: site.code })
    else file.rejections.push(...reader.rejections)
  }
  file.sites = rejectLostZeros(records, file.rejections)
  if (unknownTypes.size > 0)
    file.notes.push(`types read as “other”: ${[...unknownTypes].slice(0, 20).join(', ')}`)
  return file
}

/** Codes stand in addresses, where `.` and `..` name other places, and as names of members, which `__proto__` is not. */
function siteCode(text: string): Parsed<string> {
  return /^(\.{1,2}|__proto__)$/.test(text)
    ? { reason: 'is no code: it stands for something else in addresses' }
    : identifier(text)
}

function rejectDuplicate(code: string, line: number, lineOf: Map<string, number>, reader: Reader): void {
  if (code === '') return
  const firstLine = lineOf.get(code)
  if (firstLine === undefined) lineOf.set(code, line)
  else reader.reject('code', `duplicates line ${firstLine}`)
}

/** The site of a row; valid only when the reader has noted no rejection. */
async function siteOf(
  row: Row,
  reader: Reader,
  positions: PositionReader,
  decimal: DecimalMark | undefined,
): Promise<SiteRecord> {
  const { read } = reader
  const style = { mark: decimal, hasCommas: row.hasCommas }
  const speed = (field: 'contractedDownBps' | 'contractedUpBps') =>
    read(field, (text) => speedOf(text, row.header(field) ?? '', style), null)
  return {
    code: read('code', siteCode, ''),
    ...namesOf(reader),
    type: read('type', (text) => ({ value: TYPE_OF.get(headerKey(text)) ?? 'other' }), 'other'),
    communeCode: read('communeCode', communeCode, ''),
    ...(await positionOf(reader, row, positions)),
    operator: read('operator', optionalOperator, null),
    technology: read('technology', optionalTechnology, null),
    contractedDownBps: speed('contractedDownBps'),
    contractedUpBps: speed('contractedUpBps'),
  }
}

const isUnknownType = (text: string): boolean => text !== '' && !TYPE_OF.has(headerKey(text))

/** A list in one language has one column of names, which then serves for both. */
function namesOf({ read, reject }: Reader): { name: string; nameAr: string | null } {
  const name = read('name', optionalName, '')
  const nameAr = read('nameAr', optionalName, '')
  if (name === null && nameAr === null) reject('name', 'is missing')
  return { name: name ?? nameAr ?? '', nameAr }
}

/** A site has a Moroccan commune's code: elsewhere its position is wrong, and its probes would be judged there. */
async function positionOf(
  reader: Reader,
  row: Row,
  positions: PositionReader,
): Promise<{ lat: number; lng: number }> {
  const position = await positions.read(reader, row)
  rejectOutsideMorocco(reader, position)
  return position
}
