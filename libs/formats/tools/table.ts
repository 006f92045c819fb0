/** Results as a table: RMBT's open data, LibreSpeed's telemetry, Ookla's CSV, and people's own lists in three languages. */
import { columnsOf, headerKey, twinColumnsOf } from '../fields/headers.js'
import { octetUnitOf, speedUnitOf } from '../fields/speed.js'
import type { ToWgs84 } from '../geometry/crs.js'
import type { TableRow } from '../tables/table.js'
import { ImportQuestion, type ProbeDraft, type ToolFormat } from './draft.js'
import type { LossUnit, ResultsOptions } from './records.js'
import { RESULT_COLUMNS } from './table-columns.js'
import { isEmptyWord, namesUnits, ResultRow, type TableLayout } from './table-row.js'
import { bitsPerSecondOf } from './units.js'

/** Formats whose speeds are always in one unit, whatever their headers say: bit/s of it, and its name. */
const FIXED_UNITS: Partial<Record<ToolFormat, { factor: number; name: string }>> = {
  librespeed: { factor: 1e6, name: 'Mbit/s' },
  'speedtest-cli': { factor: 1, name: 'bit/s' },
  ookla: { factor: 8, name: 'B/s' },
}

/** Tools that write no table. */
const JSON_FORMATS: readonly ToolFormat[] = ['ndt7', 'iperf3', 'cloudflare']

/** A table whose header row was found. */
export interface ResultTable {
  format: ToolFormat
  /** Text for the preview: the unit of all speeds, or that the headers name it. */
  unit: string
  headers: readonly string[]
  /** Whether a cell is a word for nothing that its tool is known to write. */
  isEmptyWord: (column: number, text: string) => boolean
  /** The column of operators in a list of people's own; null in tables of tools. */
  operatorColumn: number | null
  /** Whether a row names the units of columns. */
  namesUnits: (cells: readonly string[]) => boolean
  /** Columns from which probes are made. */
  usedColumns: readonly number[]
  /** Others with the same header as one of those. */
  twins: readonly (readonly [column: number, twin: number])[]
  /** The result of a row. Throws `UnreadableResultError` or `ImportQuestion`. */
  read: (row: TableRow) => ProbeDraft
  /** The row by its headers, as it stands in the file. */
  raw: (cells: readonly string[]) => Record<string, string>
}

/** Whether a row can be the header: it names a speed or an outcome. */
export function isResultHeader(cells: readonly string[]): boolean {
  const { download, upload, outcome } = columnsOf(cells, RESULT_COLUMNS)
  return download !== undefined || upload !== undefined || outcome !== undefined
}

/** Throws `ImportQuestion` where a header leaves open whether speeds are in bits or in bytes. */
export function resultTableOf(
  headers: readonly string[],
  options: ResultsOptions,
  toWgs84: ToWgs84 | null,
): ResultTable {
  const columns = columnsOf(headers, RESULT_COLUMNS)
  const format = options.format ?? formatOf(headers)
  if (JSON_FORMATS.includes(format))
    throw new ImportQuestion(
      `${format} writes JSON, and this is a table: which tool wrote it? Say format=csv for a list of your own.`,
    )
  if (format === 'csv') assertTimeIsRead(headers, columns)
  const layout: TableLayout = {
    headers,
    columns,
    format,
    factors: {
      download: speedFactorOf(headers, columns.download, format, options),
      upload: speedFactorOf(headers, columns.upload, format, options),
    },
    lossUnit: lossUnitOf(headers[columns.loss ?? -1] ?? '', format, options),
    decimal: options.decimal,
    // The telemetry of LibreSpeed's page leaves such a direction empty.
    isZeroSkipped: format === 'speedtest-cli' || (format === 'librespeed' && !headers.includes('ispinfo')),
    hourLike: columns.hour === undefined ? (timeHeadersOf(headers, columns, HOUR_LIKE)[0] ?? null) : null,
    toWgs84,
  }
  return {
    format,
    unit: unitNameOf(headers, columns, format, options),
    headers,
    isEmptyWord: (column, text) => isEmptyWord(layout, column, text),
    operatorColumn: format === 'csv' ? (columns.operator ?? null) : null,
    namesUnits: (cells) => namesUnits(cells, columns),
    usedColumns: Object.values(columns),
    twins: Object.values(columns).flatMap((column) =>
      twinColumnsOf(headers, column).map((twin) => [column, twin] as const),
    ),
    read: ({ cells, isSemicolon }) => new ResultRow(cells, layout, isSemicolon).draft(),
    raw: (cells) => rawRowOf(headers, cells),
  }
}

/** Tools that write a table are recognised by the columns that only they have. */
function formatOf(headers: readonly string[]): ToolFormat {
  const has = (...names: string[]) => names.every((name) => headers.includes(name))
  if (has('open_test_uuid') || has('download_kbit', 'time_utc') || has('download_kbit', 'implausible'))
    return 'rmbt'
  if (has('download bytes', 'upload bytes', 'share url')) return 'ookla'
  if (has('Server ID', 'Sponsor')) return 'speedtest-cli'
  return has('dl', 'ul', 'ispinfo') || has('Server Name', 'Address', 'Share') ? 'librespeed' : 'csv'
}

function speedFactorOf(
  headers: readonly string[],
  column: number | undefined,
  format: ToolFormat,
  { unit }: ResultsOptions,
): number | null {
  if (column === undefined) return null
  const header = headers[column]!
  const factor = ownFactorOf(header, format)
  if (typeof factor === 'number') return factor
  const octets = octetUnitOf(header)
  if (unit !== null) {
    const isBytes = unit.endsWith('B/s')
    // The answer says bits or bytes; a prefix in the header stays what it is.
    if (!octets || octets === 'B/s') return bitsPerSecondOf(unit)
    return bitsPerSecondOf(octets) / (isBytes ? 1 : 8)
  }
  if (factor === null) return null
  throw new ImportQuestion(
    `Is the column “${header}” in bits or in octets (bytes) a second? Say unit=${octets?.replace('B', 'bit')} if it is bits, unit=${octets} if it is bytes.`,
  )
}

/** The unit that a column has by its format or its header; an answer never replaces it. */
const ownFactorOf = (header: string, format: ToolFormat): number | 'octets' | null =>
  FIXED_UNITS[format]?.factor ?? speedUnitOf(header)

/** Text for the preview. */
function unitNameOf(
  headers: readonly string[],
  { download, upload }: TableLayout['columns'],
  format: ToolFormat,
  { unit }: ResultsOptions,
): string {
  const isUsed = [download, upload].some(
    (column) => column !== undefined && typeof ownFactorOf(headers[column]!, format) !== 'number',
  )
  return FIXED_UNITS[format]?.name ?? (isUsed ? unit : null) ?? 'as the headers say'
}

/** A header that speaks of a time: `Date du test`, `Heure de passage`. */
const TIME_LIKE =
  /(?:^| )(?:date|datetime|timestamp|horodatage|jour|day|تاريخ|التاريخ|heure|hour|الساعه|الوقت)(?: |$)|^(?:test |start |local )?time(?: (?!zone)|$)/u
const HOUR_LIKE = /^(?:heure|hour|time(?! zone)|الساعه|الوقت|hh mm)(?: |$)/u

/** Headers of the columns that are not read and look like a time. */
const timeHeadersOf = (headers: readonly string[], columns: TableLayout['columns'], form: RegExp): string[] =>
  headers.filter((header, i) => form.test(headerKey(header)) && !Object.values(columns).includes(i))

/** Asks before one answer would become the time of all rows, though a column seems to have that of each. */
function assertTimeIsRead(headers: readonly string[], columns: TableLayout['columns']): void {
  const [header] = columns.measuredAt === undefined ? timeHeadersOf(headers, columns, TIME_LIKE) : []
  if (header !== undefined)
    throw new ImportQuestion(
      `When was it measured: does the column “${header}” say so? Name it “date”, and one of times alone “heure”; or delete it.`,
    )
}

/** A header may name the ratio by its own name (`loss_ratio`) or the percent by a sign; RMBT gives none, Ookla percent. */
function lossUnitOf(header: string, format: ToolFormat, { lossUnit }: ResultsOptions): LossUnit | null {
  if (format === 'ookla' || /%|percent|pourcent|\bpct\b|مئوي|بالمئة|المائة/i.test(header)) return 'percent'
  return /ratio/i.test(header) ? 'ratio' : (lossUnit ?? null)
}

function rawRowOf(headers: readonly string[], cells: readonly string[]): Record<string, string> {
  const row: Record<string, string> = {}
  for (const [i, name] of headers.entries()) if (cells[i]) row[name] = cells[i]
  return row
}
