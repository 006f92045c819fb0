/** Lines of sites as administrations keep them: a table with a line of a site on each row. */
import { LINE_ROLES, type LineRecord, type LineRole, MAX_CONTRACT_LENGTH } from '#domain/programme'
import type { ByteSource } from '../file/byte-source.js'
import { parseDay } from '../civil-time/index.js'
import {
  type FieldReader,
  fieldReader,
  identifier,
  optionalOperator,
  optionalText,
} from '../fields/field-reader.js'
import { headerKey, type NamedRow, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { optionalTechnology } from '../fields/technology.js'
import { openFeatureRows } from '../input/feature-rows.js'
import type { ListFile, ListOptions } from './list-file.js'

const COLUMNS = {
  siteCode: ['site_code', 'code_site', 'code', 'site', 'identifiant', 'رمز الموقع', 'الرمز'],
  role: ['role', 'line', 'ligne', 'type de ligne', 'role de la ligne', 'الخط', 'نوع الخط'],
  operator: ['operator', 'operateur', 'fournisseur', 'fai', 'isp', 'المتعهد', 'المشغل'],
  technology: ['technology', 'technologie', 'techno', 'acces', 'التكنولوجيا', 'التقنية'],
  contract: [
    'contract',
    'contrat',
    'reference du contrat',
    'contract_reference',
    'marche',
    'العقد',
    'مرجع العقد',
  ],
  surveyedOn: [
    'surveyed_on',
    'surveyed',
    'visite',
    'date de visite',
    'etude',
    "date d'etude",
    'تاريخ المعاينة',
  ],
  contractedOn: ['contracted_on', 'contracted', 'date du contrat', 'contractualisation', 'تاريخ العقد'],
  installedOn: [
    'installed_on',
    'installed',
    'installation',
    "date d'installation",
    'mise en service',
    'تاريخ التركيب',
  ],
  comment: ['comment', 'commentaire', 'remarque', 'observations', 'ملاحظة', 'ملاحظات'],
} as const

type Column = keyof typeof COLUMNS

/** Fields that a file may leave out; what is known of them then stays. */
const OPTIONAL = ['operator', 'technology', 'contract', 'surveyedOn', 'contractedOn', 'installedOn'] as const

/** A row of a file. What it says alone is checked here; what it says beside others, where it is stored. */
export interface LineFileRow {
  line: number
  record: Pick<LineRecord, 'siteCode' | 'role'> & Partial<LineRecord>
  comment: string | null
}

export interface LineFile extends ListFile {
  rows: LineFileRow[]
}

/** Reads a list of lines; a file without a column of the site's code throws `UnreadableFileError`. A row without a role is a main line. */
export async function readLines(source: ByteSource, options: ListOptions = {}): Promise<LineFile> {
  const { name, sheet } = options
  const { table } = await openFeatureRows(source, { name, hasPositions: false })
  const file: LineFile = { rows: [], rowCount: 0, rejections: [], notes: table.notes }
  for await (const row of namedRows(table, COLUMNS, ['siteCode'], { sheet, file: name })) {
    file.rowCount++
    const reader = fieldReader(row, 'siteCode')
    const record = recordOf(row, reader)
    const comment = reader.read('comment', optionalText, null)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else file.rows.push({ line: row.line, record, comment })
  }
  return file
}

function recordOf(row: NamedRow<Column>, { read }: FieldReader<Column>): LineFileRow['record'] {
  const fields = {
    operator: read('operator', optionalOperator, null),
    technology: read('technology', optionalTechnology, null),
    contract: read('contract', optionalContract, null),
    surveyedOn: read('surveyedOn', optionalDay, null),
    contractedOn: read('contractedOn', optionalDay, null),
    installedOn: read('installedOn', optionalDay, null),
  }
  const present = OPTIONAL.filter((field) => row.header(field) !== null)
  return {
    siteCode: read('siteCode', identifier, ''),
    role: read('role', lineRole, 'main'),
    ...Object.fromEntries(present.map((field) => [field, fields[field]])),
  }
}

/** Administrations had lines before the plan. */
const MIN_YEAR = 1990

const optionalDay = (text: string): Parsed<string | null> =>
  text === '' ? { value: null } : parseDay(text, MIN_YEAR)

const optionalContract = (text: string): Parsed<string | null> =>
  text.length > MAX_CONTRACT_LENGTH
    ? { reason: `is longer than ${MAX_CONTRACT_LENGTH} characters` }
    : optionalText(text)

const ROLE_NAMES: Readonly<Record<LineRole, string>> = {
  main: 'principal, principale, primary, رئيسي, الخط الرئيسي',
  spare: 'secours, backup, secondaire, احتياطي, الخط الاحتياطي',
}
const ROLE_OF: ReadonlyMap<string, LineRole> = new Map(
  LINE_ROLES.flatMap((role) =>
    [role, ...ROLE_NAMES[role].split(',')].map((name) => [headerKey(name), role] as const),
  ),
)

function lineRole(text: string): Parsed<LineRole> {
  if (text === '') return { value: 'main' }
  const role = ROLE_OF.get(headerKey(text))
  return role ? { value: role } : { reason: 'is neither the main line nor the spare one' }
}
