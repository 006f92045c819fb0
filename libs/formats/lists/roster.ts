/** The roster of operators: a table with an entry on each line, or JSON as the API gives it. */
import { levelOfCode, normaliseAreaCode } from '#domain/place'
import type { Technology } from '#domain/probe'
import type { RosterEntry } from '#domain/roster'
import { type ByteSource, documentTextOf } from '../file/byte-source.js'
import { isObject } from '../file/json-object.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { parseDay } from '../civil-time/index.js'
import { type FieldReader, fieldReader, optionalOperator, optionalText } from '../fields/field-reader.js'
import { headerKey, namedRows } from '../fields/headers.js'
import type { Parsed } from '../fields/parsed.js'
import { technologyOf } from '../fields/technology.js'
import { rawFeatureOf } from '../geometry/raw-feature.js'
import { featureTable } from '../input/feature-table.js'
import { openInput } from '../input/open-input.js'
import type { Table } from '../tables/table.js'
import type { ListFile, ListOptions } from './list-file.js'

const COLUMNS = {
  operator: ['operator', 'operateur', 'fournisseur', 'titulaire', 'المتعهد', 'المشغل'],
  technologies: [
    'technologies',
    'technology',
    'technologie',
    'techno',
    'التكنولوجيات',
    'التكنولوجيا',
    'التقنية',
  ],
  regionCodes: ['region_codes', 'regions', 'region', 'code_region', 'codes_regions', 'الجهات', 'الجهة'],
  from: ['from', 'from_day', 'depuis', 'du', 'date de debut', 'debut', 'من', 'ابتداء من'],
  to: ['to', 'to_day', "jusqu'au", 'au', 'date de fin', 'fin', 'إلى', 'إلى غاية'],
  source: ['source', 'reference', 'licence', 'المصدر'],
  isAssumption: ['is_assumption', 'assumption', 'hypothese', 'supposition', 'فرضية', 'افتراض'],
  comment: ['comment', 'commentaire', 'remarque', 'observations', 'ملاحظة', 'ملاحظات'],
} as const

type Column = keyof typeof COLUMNS
type Reader = FieldReader<Column>

/** An entry of a file. What it says alone is checked here; what it says beside others, where it is stored. */
export interface RosterFileRow {
  line: number
  entry: RosterEntry
  comment: string | null
}

export interface RosterFile extends ListFile {
  rows: RosterFileRow[]
}

/** Three operators in twelve regions with twelve technologies each are 432 entries. */
const MAX_ROWS = 5_000

/** Reads a roster; a file without the columns of operator, technologies and source throws `UnreadableFileError`. */
export async function readRoster(source: ByteSource, options: ListOptions = {}): Promise<RosterFile> {
  const { name, sheet } = options
  const table = await openRosterTable(source, name)
  const file: RosterFile = { rows: [], rowCount: 0, rejections: [], notes: table.notes }
  const required = ['operator', 'technologies', 'source'] as const
  for await (const row of namedRows(table, COLUMNS, required, { sheet, file: name })) {
    if (++file.rowCount > MAX_ROWS)
      throw new UnreadableFileError(`the list has more than ${MAX_ROWS} rows`, name)
    const reader = fieldReader(row, 'operator')
    const entry = entryOf(reader)
    const comment = reader.read('comment', optionalText, null)
    if (reader.rejections.length > 0) file.rejections.push(...reader.rejections)
    else file.rows.push({ line: row.line, entry, comment })
  }
  return file
}

async function openRosterTable(source: ByteSource, name?: string): Promise<Table> {
  const input = await openInput(source, { name })
  if (input.kind === 'table') return input.table
  if (input.kind === 'empty') return { sheets: [], notes: [] }
  if (input.kind === 'features')
    throw new UnreadableFileError('the file has shapes: a table or JSON is needed', name)
  const entries = entriesOfJson(await documentTextOf(input.chunks, input.encoding, name), name)
  return { what: 'the JSON', ...featureTable(entries, [], false) }
}

/** The objects of an array, or of the member `items` of the API's answer, as rows: lists become texts. */
function entriesOfJson(text: string, name?: string) {
  const document = parsedJson(text, name)
  const entries: unknown = isObject(document) ? document.items : document
  if (!Array.isArray(entries) || !entries.every(isObject) || entries.length === 0)
    throw new UnreadableFileError('the JSON is no list of entries, such as that of GET /api/v1/roster', name)
  return entries.map((entry) => {
    const properties = Object.entries(entry).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.join(', ') : value,
    ])
    return rawFeatureOf({ properties: Object.fromEntries(properties) })
  })
}

function parsedJson(text: string, name?: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = `the file is not JSON (${(cause as Error).message})`
    throw new UnreadableFileError(reason, name, { cause, code: 'not_json' })
  }
}

function entryOf({ read }: Reader): RosterEntry {
  return {
    operator: read('operator', operator, ''),
    technologies: read('technologies', technologies, []),
    regionCodes: read('regionCodes', regionCodes, null),
    from: read('from', optionalDay, null),
    to: read('to', optionalDay, null),
    source: read('source', (text) => ({ value: text }), ''),
    isAssumption: read('isAssumption', yesOrNo, false),
  }
}

function operator(text: string): Parsed<string> {
  const named = optionalOperator(text)
  if ('reason' in named) return named
  return named.value === null ? { reason: 'is missing' } : { value: named.value }
}

/** The items of a cell that holds several. */
const itemsOf = (text: string): string[] =>
  text
    .split(/[,;|/،؛]+/u)
    .map((item) => item.trim())
    .filter((item) => item !== '')

function technologies(text: string): Parsed<Technology[]> {
  const items = itemsOf(text)
  const unknown = items.find((item) => technologyOf(item) === null)
  if (unknown !== undefined)
    return { reason: `“${unknown}” is not a known technology such as fibre, ADSL, 4G or VSAT` }
  return { value: [...new Set(items.map((item) => technologyOf(item)!))] }
}

/** An empty cell, or a word for it, is the whole country. */
function regionCodes(text: string): Parsed<string[] | null> {
  if (text === '' || WHOLE_COUNTRY.has(headerKey(text))) return { value: null }
  const codes = itemsOf(text).map((item) => ({ item, code: normaliseAreaCode(item) }))
  const wrong = codes.find(({ code }) => code === null || levelOfCode(code) !== 'region')
  return wrong
    ? { reason: `“${wrong.item}” is not the HCP code of a region such as 01` }
    : { value: [...new Set(codes.map(({ code }) => code!))] }
}

const WHOLE_COUNTRY: ReadonlySet<string> = new Set(
  ['all', 'country', 'national', 'maroc', 'tout', 'toutes', 'وطني', 'كل الجهات'].map(headerKey),
)

/** Licences are older than the plan: Maroc Telecom was founded in 1998. */
const MIN_YEAR = 1990

const optionalDay = (text: string): Parsed<string | null> =>
  text === '' ? { value: null } : parseDay(text, MIN_YEAR)

const YES: ReadonlySet<string> = new Set(['true', 'yes', 'oui', '1', 'x', 'نعم'])
const NO: ReadonlySet<string> = new Set(['', 'false', 'no', 'non', '0', 'لا'])

function yesOrNo(text: string): Parsed<boolean> {
  const word = text.toLowerCase()
  if (YES.has(word)) return { value: true }
  return NO.has(word) ? { value: false } : { reason: 'is neither yes nor no' }
}
