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
import { speedOf } from '../fields/speed.js'
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
  /** Positions that are not in WGS 84. */
  toWgs84: ToWgs84 | null
}

/** Fields that may have a unit behind their number, and what one of it is in ours. */
const UNITS: Partial<Record<ResultField, Readonly<Record<string, number>>>> = {
  latency: { ms: 1, s: 1000, sec: 1000, us: 0.001, µs: 0.001 },
  loadedLatency: { ms: 1, s: 1000, sec: 1000, us: 0.001, µs: 0.001 },
  jitter: { ms: 1, s: 1000, sec: 1000, us: 0.001, µs: 0.001 },
  signal: { dbm: 1 },
  accuracyM: { m: 1, km: 1000 },
}

export class ResultRow {
  private readonly hasCommas: boolean

  constructor(
    private readonly cells: readonly string[],
    private readonly layout: TableLayout,
  ) {
    this.hasCommas = hasDecimalCommas(cells)
  }

  /** Throws `UnreadableResultError` or `ImportQuestion`. */
  draft(): ProbeDraft {
    const [downloadBps, uploadBps] = [this.speed('download'), this.speed('upload')]
    const id = idOf(this.cell('id'))
    const clientAddress = this.cell('ip')
    const flags = this.flags()
    const draft: ProbeDraft = {
      ...(id && { id }),
      tool: this.cell('tool') || this.layout.format,
      measuredAt: this.measuredAt(),
      outcome: this.outcome(),
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
      signalDbm: this.number('signal'),
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

  /** Asks what a comma is, where it stands before exactly three digits. */
  private decimalQuestion(field: ResultField, text: string): ImportQuestion {
    return new ImportQuestion(
      `Is “${text}” in the column “${this.header(field)}” ${readingsOf(text)}? Say decimal=comma for the first, decimal=point for the second.`,
    )
  }

  private number(field: ResultField): number | null {
    const text = this.cell(field)
    if (text === '') return null
    const [, digits = text, unit = ''] = /^(.*?\d)\s*([a-zµ]{1,3})$/i.exec(text) ?? []
    const units = UNITS[field] ?? {}
    const factor = units[(unit || unitInBrackets(this.header(field))).toLowerCase()] ?? (unit ? null : 1)
    if (factor === null) throw this.error(field, text, 'is not a number, or in a unit that is not known')
    return this.plainNumber(field, digits) * factor
  }

  private plainNumber(field: ResultField, text: string): number {
    const { decimal } = this.layout
    if (!decimal && isAmbiguousNumber(text, this.hasCommas)) throw this.decimalQuestion(field, text)
    const value = numberOf(text, decimal)
    if (value === null) throw this.error(field, text, 'is not a number')
    return value
  }

  private speed(field: 'download' | 'upload'): number | null {
    const text = this.cell(field)
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
        `In which unit is the column “${this.header(field)}”? Say unit=Mbit/s, unit=kbit/s or unit=bit/s, or for bytes unit=MB/s, unit=kB/s or unit=B/s.`,
      )
    throw this.error(field, text, parsed.reason)
  }

  /** 0 is the same in percent and as a ratio. */
  private lossRatio(): number | null {
    const text = this.cell('loss')
    if (text === '') return null
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
    const parts = [this.cell('measuredAt'), this.cell('hour')]
    const text = parts.filter((part) => part !== '').join(' ')
    if (text === '') return null
    const isUtc = UTC_FORMATS.includes(this.layout.format) || /utc|gmt/i.test(this.header('measuredAt'))
    const time = parseInstant(text, isUtc ? 'utc' : 'local')
    if ('value' in time) return time.value
    throw this.error('measuredAt', text, time.reason)
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
    if (FAILED.test(text)) return 'failed'
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

/** Tools that write UTC without saying so. */
const UTC_FORMATS: readonly ToolFormat[] = ['rmbt', 'speedtest-cli']

/** The unit in a header: `Latence (s)`, `ping [ms]`; empty where it names none. */
const unitInBrackets = (header: string): string => /[([]\s*([a-zµ]{1,3})\s*[)\]]\s*$/i.exec(header)?.[1] ?? ''

/** A UUID in lower case; RMBT writes an O before it. Null for any other text. */
const idOf = (text: string): string | null =>
  /^O?([0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})$/i
    .exec(text)?.[1]
    ?.toLowerCase() ?? null

const NO_SERVICE =
  /no.?service|pas de (service|reseau|réseau|couverture)|aucun (service|réseau|reseau)|لا (توجد )?(خدمة|شبكة|تغطية)/iu
const FAILED = /fail|échec|echec|erreur|error|abandon|interrompu|abort|cancel|time.?out|فشل|خطأ/iu
const OK =
  /^(?:ok|okay|success(?:ful)?|succeeded|done|complete[d]?|finished|passed|pass|valid|true|1|oui|yes|réussie?|reussie?|succès|succes|terminée?|terminee?|achevée?|validée?|validee?|mesurée?|bon(?:ne)?|نجاح|ناجح|ناجحة|نعم|تم|مكتمل|صالح)$/iu
