/** Results as a table: RMBT's open data, LibreSpeed's telemetry, and people's own lists in French, Arabic or English. */
import { type Outcome, PROBE_FIELDS } from '#domain/probe'
import { columnsOf } from '../fields/headers.js'
import { numberOf } from '../fields/number.js'
import { speedOf, speedUnitOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'
import { UnreadableResultError, type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { parseLocalTime } from './local-time.js'
import { RESULT_COLUMNS, type ResultField } from './table-columns.js'

/** Bit/s of the unit of formats that always use the same. */
const FIXED_UNIT_FACTORS: Partial<Record<ToolFormat, number>> = { librespeed: 1e6 }

const UNITS = { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 } as const
export const UNIT_NAMES = Object.keys(UNITS) as Unit[]
export type Unit = keyof typeof UNITS

/** A table whose header row was found. */
export interface ResultTable {
  format: ToolFormat
  /** For the preview: the unit of all speeds, or that the headers name it. */
  unit: string
  /** The result of a row. Throws `UnreadableResultError` or `ImportQuestion`. */
  read: (cells: readonly string[]) => ProbeDraft
  /** The row by its headers, as it stands in the file. */
  raw: (cells: readonly string[]) => Record<string, string>
}

/** Null where the row cannot be the header, because it names neither a speed nor an outcome. */
export function resultTableOf(
  headers: readonly string[],
  requestedFormat: ToolFormat | null,
  unit: Unit | null,
): ResultTable | null {
  const columns = columnsOf(headers, RESULT_COLUMNS)
  const hasResultColumn =
    columns.download !== undefined || columns.upload !== undefined || columns.outcome !== undefined
  if (!hasResultColumn) return null
  const format = requestedFormat ?? formatOf(headers)
  const factors = {
    download: speedFactorOf(headers, columns.download, format, unit),
    upload: speedFactorOf(headers, columns.upload, format, unit),
  }
  const table = { headers, columns, format, factors }
  return {
    format,
    unit: unit ?? (FIXED_UNIT_FACTORS[format] ? 'Mbit/s' : 'as the headers say'),
    read: (cells) => new ResultRow(cells, table).draft(),
    raw: (cells) => rawRowOf(headers, cells),
  }
}

/** RMBT and LibreSpeed are recognised by the columns that only they have. */
function formatOf(headers: readonly string[]): ToolFormat {
  if (headers.includes('open_test_uuid') || headers.includes('download_kbit')) return 'rmbt'
  const isTelemetry = ['dl', 'ul', 'ispinfo'].every((name) => headers.includes(name))
  return isTelemetry ? 'librespeed' : 'csv'
}

/** Bit/s of the unit of a column; null where only its cells can tell, or where there is no such column. */
function speedFactorOf(
  headers: readonly string[],
  column: number | undefined,
  format: ToolFormat,
  unit: Unit | null,
): number | null {
  if (column === undefined) return null
  if (unit !== null) return UNITS[unit]
  const factor = FIXED_UNIT_FACTORS[format] ?? speedUnitOf(headers[column]!)
  if (factor === 'octets')
    throw new ImportQuestion(
      `Is the column “${headers[column]}” in bits or in octets (bytes) a second? Say unit=Mbit/s if it is bits.`,
    )
  return factor
}

function rawRowOf(headers: readonly string[], cells: readonly string[]): Record<string, string> {
  const row: Record<string, string> = {}
  for (const [i, name] of headers.entries()) if (cells[i]) row[name] = cells[i]
  return row
}

interface TableLayout {
  headers: readonly string[]
  columns: Partial<Record<ResultField, number>>
  format: ToolFormat
  factors: { download: number | null; upload: number | null }
}

/** One row, read field by field. */
class ResultRow {
  constructor(
    private readonly cells: readonly string[],
    private readonly table: TableLayout,
  ) {}

  draft(): ProbeDraft {
    const [downloadBps, uploadBps] = [this.speed('download'), this.speed('upload')]
    const [lat, lng] = [this.number('lat'), this.number('lng')]
    const id = idOf(this.cell('id'))
    const clientAddress = this.cell('ip')
    return {
      ...(id && { id }),
      tool: this.cell('tool') || this.table.format,
      measuredAt: this.measuredAt(),
      outcome: outcomeOf(this.cell('outcome'), downloadBps ?? uploadBps),
      ...(lat !== null && { lat }),
      ...(lng !== null && { lng }),
      accuracyM: this.number('accuracyM'),
      operator: this.cell('operator') || null,
      technology: this.technology(),
      downloadBps,
      uploadBps,
      latencyMs: this.number('latency'),
      loadedLatencyMs: this.number('loadedLatency'),
      jitterMs: this.number('jitter'),
      lossRatio: this.lossRatio(),
      signalDbm: this.number('signal'),
      cellId: this.cellId(),
      ...(clientAddress !== '' && { clientAddress }),
    }
  }

  private cell(field: ResultField): string {
    const column = this.table.columns[field]
    return column === undefined ? '' : (this.cells[column] ?? '').trim()
  }

  private header(field: ResultField): string {
    return this.table.headers[this.table.columns[field] ?? -1] ?? field
  }

  private error(field: ResultField, text: string, reason: string): UnreadableResultError {
    const header = this.header(field)
    return new UnreadableResultError(header, `${header} “${text.slice(0, 80)}”: ${reason}`)
  }

  /** Other lists write a cell's number alone, which does not identify it without its network and area. */
  private cellId(): string | null {
    const text = this.cell('cellId')
    return PROBE_FIELDS.cellId.check.pattern.test(text) ? text : null
  }

  private number(field: ResultField): number | null {
    const text = this.cell(field)
    if (text === '') return null
    const value = numberOf(text)
    if (value === null) throw this.error(field, text, 'is not a number')
    return value
  }

  private speed(field: 'download' | 'upload'): number | null {
    const text = this.cell(field)
    if (text === '') return null
    const factor = this.table.factors[field]
    const value = factor === null ? null : numberOf(text)
    if (value !== null && factor !== null) return Math.round(value * factor)
    const parsed = speedOf(text, this.header(field))
    if ('value' in parsed) return parsed.value
    if (/^[-+\d.,\s]+$/u.test(text) && factor === null)
      throw new ImportQuestion(
        `In which unit is the column “${this.header(field)}”? Say unit=Mbit/s, unit=kbit/s or unit=bit/s.`,
      )
    throw this.error(field, text, parsed.reason)
  }

  private lossRatio(): number | null {
    const text = this.cell('loss')
    const hasSign = text.endsWith('%')
    const loss = hasSign ? numberOf(text.slice(0, -1)) : this.number('loss')
    const isPercent = hasSign || /%|percent|pourcent/i.test(this.header('loss'))
    return loss === null ? null : isPercent ? loss / 100 : loss
  }

  private measuredAt(): string | null {
    const parts = [this.cell('measuredAt'), this.cell('hour')]
    const text = parts.filter((part) => part !== '').join(' ')
    if (text === '') return null
    const isUtc = this.table.format === 'rmbt' || /utc/i.test(this.header('measuredAt'))
    const time = parseLocalTime(text, isUtc)
    if (time === null) throw this.error('measuredAt', text, 'is not a time such as 2026-03-01 09:30')
    return time
  }

  private technology(): ProbeDraft['technology'] {
    const text = this.cell('technology')
    if (text === '') return null
    const technology = technologyOf(text)
    if (technology !== null) return technology
    // RMBT also writes words that say nothing of the network (“WLAN”, “LAN”).
    if (this.table.format === 'rmbt') return null
    throw this.error('technology', text, 'is not a known technology')
  }
}

/** A UUID in lower case; RMBT writes an O before it. Null for any other text. */
const idOf = (text: string): string | null =>
  /^O?([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/i
    .exec(text)?.[1]
    ?.toLowerCase() ?? null

const NO_SERVICE =
  /no.?service|pas de (service|reseau|réseau|couverture)|aucun (service|réseau|reseau)|لا (توجد )?(خدمة|شبكة|تغطية)/iu
const FAILED = /fail|échec|echec|erreur|error|abandon|فشل|خطأ/iu

function outcomeOf(text: string, bps: number | null): Outcome {
  if (NO_SERVICE.test(text)) return 'no_service'
  if (FAILED.test(text)) return 'failed'
  return bps === null ? 'failed' : 'ok'
}
