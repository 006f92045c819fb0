/** One row of a table of results, read field by field. */
import { type Flag, type Outcome, PROBE_FIELDS } from '#domain/probe'
import { parseInstant } from '../civil-time/index.js'
import {
  type DecimalMark,
  hasDecimalCommas,
  isAmbiguousNumber,
  numberOf,
  readingsOf,
} from '../fields/number.js'
import { speedOf, speedUnitOf } from '../fields/speed.js'
import { technologyOf } from '../fields/technology.js'
import type { ToWgs84 } from '../geometry/crs.js'
import {
  ImportQuestion,
  type ProbeDraft,
  type ToolFormat,
  UnreadableResultError,
  assertShowsResult,
} from './draft.js'
import type { LossUnit } from './records.js'
import type { ResultField } from './table-columns.js'

/** The columns and units by which the rows of a table are read. */
export interface TableLayout {
  headers: readonly string[]
  columns: Partial<Record<ResultField, number>>
  format: ToolFormat
  /** Bit/s of the unit of a column; null where only its cells can tell. */
  factors: { download: number | null; upload: number | null }
  lossUnit: LossUnit | null
  decimal: DecimalMark | undefined
  /** Whether the tool writes 0 for a direction that it was told to skip. */
  isZeroSkipped: boolean
  /** The header of a column that is not read and looks like times of day; null where there is none. */
  hourLike: string | null
  /** Positions that are not in WGS 84. */
  toWgs84: ToWgs84 | null
}

/** Units of times in ms, normalized by NFKC, which makes one sign of the micro sign and the Greek letter. */
const TIME_UNITS = { ms: 1, s: 1000, sec: 1000, us: 0.001, ['µs'.normalize('NFKC')]: 0.001 }

/** Fields that may have a unit behind their number, and what one of it is in ours. */
const UNITS: Partial<Record<ResultField, Readonly<Record<string, number>>>> = {
  latency: TIME_UNITS,
  loadedLatency: TIME_UNITS,
  jitter: TIME_UNITS,
  signal: { dbm: 1 },
  accuracyM: { m: 1, km: 1000 },
}

/** Ookla writes `N/A` for a loss that it could not measure. */
export const isEmptyWord = (
  { format, columns }: Pick<TableLayout, 'format' | 'columns'>,
  column: number | undefined,
  text: string,
): boolean => format === 'ookla' && column !== undefined && column === columns.loss && text === 'N/A'

export class ResultRow {
  private readonly hasCommas: boolean

  constructor(
    private readonly cells: readonly string[],
    private readonly layout: TableLayout,
    isSemicolon?: boolean,
  ) {
    this.hasCommas = hasDecimalCommas(cells, isSemicolon)
  }

  /** Throws `UnreadableResultError` or `ImportQuestion`. */
  draft(): ProbeDraft {
    const [downloadBps, uploadBps] = [this.speed('download'), this.speed('upload')]
    const id = idOf(this.cell('id'))
    const clientAddress = this.cell('ip')
    const flags = this.flags()
    const outcome = this.outcome()
    if (outcome !== 'ok' && ((downloadBps ?? 0) > 0 || (uploadBps ?? 0) > 0))
      throw this.error(
        'outcome',
        this.cell('outcome'),
        'says that there is no result, but the row has a speed',
      )
    const draft: ProbeDraft = {
      ...(id && { id }),
      tool: this.cell('tool') || this.layout.format,
      measuredAt: this.measuredAt(),
      outcome,
      ...this.position(),
      accuracyM: this.number('accuracyM'),
      operator: this.cell('operator') || null,
      technology: this.technology(),
      downloadBps,
      uploadBps,
      latencyMs: this.number('latency'),
      loadedLatencyMs: this.number('loadedLatency'),
      jitterMs: this.number('jitter'),
      lossRatio: this.lossRatio(),
      signalDbm: this.signal(),
      cellId: this.cellId(),
      ...(clientAddress !== '' && { clientAddress }),
      ...(flags.length > 0 && { flags }),
    }
    assertShowsResult(draft, 'empty cells for speeds')
    return draft
  }

  private cell(field: ResultField): string {
    const column = this.layout.columns[field]
    return column === undefined ? '' : (this.cells[column] ?? '').trim()
  }

  private header(field: ResultField): string {
    return this.layout.headers[this.layout.columns[field] ?? -1] ?? field
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

  /** No receiver measures more than -20 dBm: such a number counts bars, or is a share. */
  private signal(): number | null {
    const dbm = this.number('signal')
    if (dbm !== null && dbm > -20) throw this.error('signal', this.cell('signal'), 'is no signal in dBm')
    return dbm
  }

  /** Asks what a comma is, where it stands before exactly three digits. */
  private decimalQuestion(field: ResultField, text: string): ImportQuestion {
    return new ImportQuestion(
      `Is “${text}” in the column “${this.header(field)}” ${readingsOf(text)}? Say decimal=comma for the first, decimal=point for the second.`,
    )
  }

  private number(field: ResultField): number | null {
    const text = this.cell(field)
    if (text === '') return null
    const [, digits = text, unit = ''] = /^(.*?\d)\s*([a-zµμ]{1,3})$/iu.exec(text) ?? []
    const unitName = (unit || unitInBrackets(this.header(field))).normalize('NFKC').toLowerCase()
    const factor = unitName === '' ? 1 : UNITS[field]?.[unitName]
    if (factor === undefined) throw this.error(field, text, 'is not a number, or in a unit that is not known')
    return this.plainNumber(field, digits) * factor
  }

  private plainNumber(field: ResultField, text: string): number {
    const { decimal } = this.layout
    if (!decimal && isAmbiguousNumber(text, this.hasCommas)) throw this.decimalQuestion(field, text)
    const value = numberOf(text, decimal)
    if (value === null) throw this.error(field, text, 'is not a number')
    return value
  }

  /** The CLIs of speedtest-cli and LibreSpeed write 0 for a direction that they were told to skip. */
  private speed(field: 'download' | 'upload'): number | null {
    const bps = this.writtenSpeed(field)
    return bps === 0 && this.layout.isZeroSkipped ? null : bps
  }

  /** The cell of a speed, with the unit that stands in a column of its own where the header names none. */
  private speedText(field: 'download' | 'upload'): string {
    const [text, unit] = [this.cell(field), this.cell('unit')]
    const isOpen = unit !== '' && speedUnitOf(this.header(field)) === null
    return isOpen && /^[-+−\d.,\s]+$/u.test(text) ? `${text} ${unit}` : text
  }

  private writtenSpeed(field: 'download' | 'upload'): number | null {
    const text = this.speedText(field)
    if (text === '') return null
    const factor = this.layout.factors[field]
    const { decimal } = this.layout
    const digits = /^[-+−\d.,\s]*/u.exec(text)![0]
    if (!decimal && isAmbiguousNumber(digits, this.hasCommas))
      throw this.decimalQuestion(field, digits.trim())
    const value = factor === null ? null : numberOf(text, decimal)
    if (value !== null && factor !== null) return Math.round(value * factor)
    const parsed = speedOf(text, this.header(field), { mark: decimal, hasCommas: this.hasCommas })
    if ('value' in parsed) return parsed.value
    if (/^[-+\d.,\s]+$/u.test(text) && factor === null)
      throw new ImportQuestion(
        `In which unit is the column “${this.header(field)}”? Say unit=Mbit/s, unit=kbit/s or unit=bit/s, or for bytes unit=GB/s, unit=MB/s, unit=kB/s or unit=B/s.`,
      )
    throw this.error(field, text, parsed.reason)
  }

  /** 0 is the same in percent and as a ratio. */
  private lossRatio(): number | null {
    const text = this.cell('loss')
    if (text === '' || isEmptyWord(this.layout, this.layout.columns.loss, text)) return null
    const hasSign = text.endsWith('%')
    const loss = this.plainNumber('loss', hasSign ? text.slice(0, -1).trim() : text)
    const unit = hasSign ? 'percent' : this.layout.lossUnit
    if (unit === null && loss !== 0)
      throw new ImportQuestion(
        `Is the column “${this.header('loss')}” in percent, or a ratio from 0 to 1? Say lossUnit=percent or lossUnit=ratio.`,
      )
    return unit === 'percent' ? loss / 100 : loss
  }

  private position(): { lat?: number; lng?: number } {
    const [latText, lngText] = [this.cell('lat'), this.cell('lng')]
    const { toWgs84 } = this.layout
    if (toWgs84 && latText !== '' && lngText !== '') {
      const [lng, lat] = toWgs84(this.plainNumber('lng', lngText), this.plainNumber('lat', latText))
      return { lat, lng }
    }
    return {
      ...(latText !== '' && { lat: this.degrees('lat', latText) }),
      ...(lngText !== '' && { lng: this.degrees('lng', lngText) }),
    }
  }

  /** A comma in degrees never separates thousands. */
  private degrees(field: 'lat' | 'lng', text: string): number {
    const value = numberOf(text)
    if (value === null) throw this.error(field, text, 'is not a number')
    if (Math.abs(value) > 1_000)
      throw new ImportQuestion(
        `In which coordinate system are “${this.header('lng')}” and “${this.header('lat')}”? Say crs=EPSG:26191 (Lambert Nord Maroc), crs=EPSG:26192 (Sud Maroc) or crs=EPSG:26194 (Sahara Nord).`,
      )
    return value
  }

  private measuredAt(): string | null {
    const { columns, format, hourLike } = this.layout
    if (columns.measuredAt === undefined) return null
    const [date, hour] = [this.cell('measuredAt'), this.cell('hour')]
    if (date === '')
      throw this.error('measuredAt', date, 'is empty: the row does not say when it was measured')
    if (hour === '' && !HAS_TIME.test(date))
      this.assertNoHour(hourLike ?? (columns.hour === undefined ? null : this.header('hour')))
    const headers = `${this.header('hour')} ${this.header('measuredAt')}`
    const isUtc = UTC_FORMATS.includes(format) || /utc|gmt/i.test(headers)
    const offset =
      /(?:utc|gmt)\s*([+\-−]\s*\d{1,2}(?::?\d\d)?)/i.exec(headers)?.[1]?.replaceAll(/\s/g, '') ?? ''
    const text = [date, hour, offset].filter((part) => part !== '').join(' ')
    const time = parseInstant(text, isUtc ? 'utc' : 'local')
    if ('value' in time) return time.value
    throw this.error('measuredAt', text, time.reason)
  }

  /** A date alone is its midnight only where no column has the time of day. */
  private assertNoHour(header: string | null | undefined): void {
    if (header != null)
      throw this.error(
        'measuredAt',
        this.cell('measuredAt'),
        `has no time of day, which “${header}” should have`,
      )
  }

  private technology(): ProbeDraft['technology'] {
    const text = this.cell('technology')
    if (text === '') return null
    const technology = technologyOf(text)
    if (technology !== null) return technology
    // RMBT also writes words that say nothing of the network (“WLAN”, “LAN”).
    if (this.layout.format === 'rmbt') return null
    throw this.error('technology', text, 'is not a known technology')
  }

  private outcome(): Outcome {
    const text = this.cell('outcome')
    if (NO_SERVICE.test(text)) return 'no_service'
    const failure = FAILED.exec(text)
    if (failure && !NEGATION.test(text.slice(0, failure.index))) return 'failed'
    if (failure && NO_FAILURE.test(text)) return 'ok'
    if (text === '' || OK.test(text)) return 'ok'
    throw this.error('outcome', text, 'is not a known outcome such as ok, failed or no service')
  }

  private flags(): Flag[] {
    const text = this.cell('implausible').toLowerCase()
    if (text === 'true' || text === '1') return ['implausible']
    if (text !== '' && text !== 'false' && text !== '0')
      throw this.error('implausible', text, 'is neither true nor false')
    return []
  }
}

/** Whether the row beneath the header names units (`;Mbit/s;ms`), which the headers do not. */
export const namesUnits = (
  cells: readonly string[],
  columns: Partial<Record<ResultField, number>>,
): boolean =>
  (['download', 'upload', 'latency', 'loadedLatency', 'jitter'] as const).some((field) => {
    const text = (cells[columns[field] ?? -1] ?? '').trim().replace(/^[([]\s*|\s*[)\]]$/g, '')
    if (text === '' || text.length > 30 || /\p{N}/u.test(text)) return false
    const units = UNITS[field]
    return units ? Object.hasOwn(units, text.normalize('NFKC').toLowerCase()) : speedUnitOf(text) !== null
  })

/** A time of day in the cell of a date, or seconds since 1970, which have one. */
const HAS_TIME = /[:h]|^\d{10}/i

/** Tools that write UTC without saying so. */
const UTC_FORMATS: readonly ToolFormat[] = ['rmbt', 'speedtest-cli']

/** The unit in a header: `Latence (s)`, `ping [ms]`; empty where it names none. */
const unitInBrackets = (header: string): string =>
  /[([]\s*([a-zµμ]{1,3})\s*[)\]]\s*$/iu.exec(header)?.[1] ?? ''

/** A UUID in lower case; RMBT writes an O before it. Null for any other text. */
const idOf = (text: string): string | null =>
  /^O?([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/i
    .exec(text)?.[1]
    ?.toLowerCase() ?? null

const NO_SERVICE =
  /no.?service|pas de (service|reseau|réseau|couverture)|aucun (service|réseau|reseau)|لا (توجد )?(خدمة|شبكة|تغطية)/iu
const FAILED = /fail|échec|echec|erreur|error|abandon|interrompu|abort|cancel|time.?out|فشل|خطأ/iu
/** A word before that of a failure which turns it into its opposite: `sans erreur`, `0 error`, `pas d’échec`. */
const NEGATION =
  /(?:^|[^\p{L}\p{N}])(?:sans|no|not|non|none|0|zero|zéro|pas|aucune?|without|لا|بدون|دون|ليس)[\s’'-]*(?:(?:d|de|un|une|any|an?|توجد|يوجد|أي)[\s’'-]+)*$/iu
/** Such words and nothing else. */
const NO_FAILURE =
  /^(?:sans|no|0|aucune?|pas d['’e]|without|لا|بدون)\s*(?:failures?|échecs?|echecs?|erreurs?|errors?|timeouts?|فشل|خطأ)$/iu
const OK =
  /^(?:ok|okay|success(?:ful)?|succeeded|done|complete[d]?|finished|passed|pass|valid|true|1|oui|yes|réussie?|reussie?|succès|succes|terminée?|terminee?|achevée?|validée?|validee?|mesurée?|bon(?:ne)?|نجاح|ناجح|ناجحة|نعم|تم|مكتمل|صالح)$/iu
