/**
 * One measurement at a place and a time: its type, and the table of its fields (`PROBE_FIELDS`). Speeds in bit/s, latencies
 * in ms, ratios 0..1, times in UTC.
 */

export const TECHNOLOGIES = [
  'fibre',
  'cable',
  'vdsl',
  'adsl',
  'fwa',
  '2g',
  '3g',
  '4g',
  '5g',
  'satellite_geo',
  'satellite_leo',
  'wifi_unknown',
] as const
export type Technology = (typeof TECHNOLOGIES)[number]

export const OUTCOMES = ['ok', 'no_service', 'failed'] as const
export type Outcome = (typeof OUTCOMES)[number]

/** A measurement as a device sends it: the public contract of `POST /api/v1/probes`. */
export interface ProbeInput {
  /** UUID made by the device; the same id twice is the same probe. */
  id: string
  /** RFC 3339. */
  measuredAt: string
  /** WGS 84 degrees; a probe without a position takes its site's. */
  lat?: number | null
  lng?: number | null
  /** Radius of the position's uncertainty, in metres. */
  accuracyM?: number | null
  operator?: string | null
  technology?: Technology | null
  outcome: Outcome
  downloadBps?: number | null
  uploadBps?: number | null
  /** Round trip on the idle line, in ms. */
  latencyMs?: number | null
  /** Median round trip while the download fills the line, in ms. */
  loadedLatencyMs?: number | null
  jitterMs?: number | null
  lossRatio?: number | null
  signalDbm?: number | null
  /** Identity of the serving mobile cell, `mcc-mnc-area-cell` in decimal digits, like `604-01-3001-123456`. */
  cellId?: string | null
  /** The program that measured, e.g. `ndt7`. */
  tool?: string | null
  /** The tool's own document, stored as it came. */
  raw?: unknown
  /** The device's clock when it sent the probe, RFC 3339. Its error is taken off the time of measuring. */
  sentAt?: string | null
  /** Milliseconds between measuring and sending by a clock that never jumps; preferred to `sentAt`. */
  ageMs?: number | null
  /** Bytes that each test moved, and how many ms it took: very short tests do not count as measurements. */
  downloadBytes?: number | null
  uploadBytes?: number | null
  downloadMs?: number | null
  uploadMs?: number | null
  /** The client's address as the server of the test saw it. Checked for private networks, stored only in `raw`. */
  clientAddress?: string | null
  /** Names of the tests (ndt7's ConnectionInfo.UUID), which lead to the server's own observation of them. */
  downloadTest?: string | null
  uploadTest?: string | null
}

/** A number within inclusive bounds, in the unit that the field's name ends with. */
interface NumberCheck {
  kind: 'number'
  min: number
  max: number
}

/** Text of at most `maxChars` UTF-16 units that PostgreSQL can store, in the form of `pattern` where there is one. */
interface TextCheck {
  kind: 'text'
  maxChars: number
  pattern?: RegExp
}

interface WordCheck<Word> {
  kind: 'word'
  words: readonly Word[]
}

/** The form that the type of a field allows: a number field cannot be given a text's check. */
type CheckFor<Value> = [unknown] extends [Value]
  ? { kind: 'json' }
  : [Value] extends [number | null | undefined]
    ? NumberCheck
    : [string] extends [Value]
      ? TextCheck | { kind: 'time' } | { kind: 'uuid' }
      : WordCheck<NonNullable<Value>>

export type FieldCheck =
  NumberCheck | TextCheck | WordCheck<string> | { kind: 'time' } | { kind: 'uuid' } | { kind: 'json' }

/** Types of PostgreSQL. */
export type ColumnType = 'uuid' | 'timestamptz' | 'double precision' | 'bigint' | 'text'

export interface ProbeField {
  check: FieldCheck
  isRequired: boolean
  /** The type of the column; null for a field that is read when the probe arrives and not stored. */
  column: ColumnType | null
  /**
   * Who reads it in lists of single probes. `planners`: it may single out one person's device, so everybody else gets null.
   */
  readers: 'everybody' | 'planners' | 'nobody'
  /** Noun phrase, as GIS programs show it beside the column. */
  about: string
  /** Unit of a number; `1` for a ratio. */
  unit?: string
}

/** A field whose check fits the type of its values. */
type FieldOf<Value> = ProbeField & {
  check: CheckFor<Value>
  isRequired: undefined extends Value ? false : true
}

const MAX_TEXT_CHARS = 100
/** One hour: no round trip and no test lasts longer. */
const MAX_DURATION_MS = 3_600_000
/** Five years. */
const MAX_AGE_MS = 157_680_000_000
/** Country 3 digits, network 2 or 3, area (LAC or TAC) up to 24 bits, cell (CI, ECI or NCI) up to 36 bits. */
const CELL_ID_PATTERN = /^\d{3}-\d{2,3}-\d{1,10}-\d{1,11}$/

const TEXT = { kind: 'text', maxChars: MAX_TEXT_CHARS } as const
const DURATION = { kind: 'number', min: 0, max: MAX_DURATION_MS } as const
const BYTES = { kind: 'number', min: 0, max: Number.MAX_SAFE_INTEGER } as const
/** The form takes any number; `rejectionOf` refuses implausible speeds in words of its own. */
const SPEED = { kind: 'number', min: -Number.MAX_VALUE, max: Number.MAX_VALUE } as const
const TIME = { kind: 'time' } as const

const REQUIRED = { isRequired: true, readers: 'everybody' } as const
const FIGURE = { isRequired: false, column: 'double precision', readers: 'everybody' } as const
const SPEED_FIGURE = { ...FIGURE, check: SPEED, column: 'bigint', unit: 'bit/s' } as const
const WORDING = { isRequired: false, column: 'text', readers: 'everybody', check: TEXT } as const
const HIDDEN = { readers: 'nobody' } as const
const ARRIVAL_ONLY = { isRequired: false, column: null, readers: 'nobody' } as const

type FieldTable = { readonly [K in keyof Required<ProbeInput>]: FieldOf<ProbeInput[K]> }

/** Takes a function, so that the pages, which import this file for its lists of words, can leave the table out. */
function fieldTable<const Table extends FieldTable>(make: () => Table): Table {
  return make()
}

/**
 * The fields of a probe, each written once: how its form is checked, the column that stores it, who may read it. The quick
 * check of the ingest, the entity, the INSERT, the lists and the OGC columns derive from it (see fields.ts). A field has one
 * name: the key here in JSON, the same in snake_case as a column, in CSV and in OGC properties.
 */
export const PROBE_FIELDS = /* @__PURE__ */ fieldTable(() => ({
  id: { ...REQUIRED, check: { kind: 'uuid' }, column: 'uuid', about: 'UUID made by the device' },
  measuredAt: { ...REQUIRED, check: TIME, column: 'timestamptz', about: 'when it was measured' },
  lat: {
    ...FIGURE,
    ...HIDDEN,
    check: { kind: 'number', min: -90, max: 90 },
    about: 'latitude, WGS 84',
    unit: 'deg',
  },
  lng: {
    ...FIGURE,
    ...HIDDEN,
    check: { kind: 'number', min: -180, max: 180 },
    about: 'longitude, WGS 84',
    unit: 'deg',
  },
  accuracyM: {
    ...FIGURE,
    ...HIDDEN,
    check: { kind: 'number', min: 0, max: 1e7 },
    about: 'radius of the position’s uncertainty',
    unit: 'm',
  },
  operator: { ...WORDING, about: 'id of the operator' },
  technology: { ...WORDING, check: { kind: 'word', words: TECHNOLOGIES }, about: 'access technology' },
  outcome: {
    ...REQUIRED,
    check: { kind: 'word', words: OUTCOMES },
    column: 'text',
    about: 'ok, no_service or failed',
  },
  downloadBps: { ...SPEED_FIGURE, about: 'download' },
  uploadBps: { ...SPEED_FIGURE, about: 'upload' },
  latencyMs: { ...FIGURE, check: DURATION, about: 'round-trip time', unit: 'ms' },
  loadedLatencyMs: {
    ...FIGURE,
    check: DURATION,
    about: 'round-trip time while the download fills the line',
    unit: 'ms',
  },
  jitterMs: { ...FIGURE, check: DURATION, about: 'variation of the round-trip time', unit: 'ms' },
  lossRatio: {
    ...FIGURE,
    check: { kind: 'number', min: 0, max: 1 },
    about: 'share of packets lost',
    unit: '1',
  },
  signalDbm: {
    ...FIGURE,
    check: { kind: 'number', min: -200, max: 50 },
    about: 'strength of the signal',
    unit: 'dBm',
  },
  cellId: {
    ...WORDING,
    check: { kind: 'text', maxChars: MAX_TEXT_CHARS, pattern: CELL_ID_PATTERN },
    readers: 'planners',
    about: 'identity of the serving mobile cell, mcc-mnc-area-cell',
  },
  tool: { ...WORDING, about: 'tool that measured' },
  raw: { ...WORDING, ...HIDDEN, check: { kind: 'json' }, about: 'the tool’s own document' },
  sentAt: { ...ARRIVAL_ONLY, check: TIME, about: 'the device’s clock when it sent the probe' },
  ageMs: {
    ...ARRIVAL_ONLY,
    check: { kind: 'number', min: 0, max: MAX_AGE_MS },
    about: 'time from measuring to sending',
    unit: 'ms',
  },
  downloadBytes: { ...ARRIVAL_ONLY, check: BYTES, about: 'bytes that the download moved', unit: 'byte' },
  uploadBytes: { ...ARRIVAL_ONLY, check: BYTES, about: 'bytes that the upload moved', unit: 'byte' },
  downloadMs: { ...ARRIVAL_ONLY, check: DURATION, about: 'duration of the download', unit: 'ms' },
  uploadMs: { ...ARRIVAL_ONLY, check: DURATION, about: 'duration of the upload', unit: 'ms' },
  clientAddress: { ...ARRIVAL_ONLY, check: TEXT, about: 'the client’s address' },
  downloadTest: { ...WORDING, ...HIDDEN, about: 'name of the download test' },
  uploadTest: { ...WORDING, ...HIDDEN, about: 'name of the upload test' },
}))
