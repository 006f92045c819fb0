/** Makes a record with a probe from the draft of a result, whatever the file. */
import type { DecimalMark } from '../fields/number.js'
import type { Flag, Technology } from '#domain/probe'
import { createHash } from 'node:crypto'
import type { LineRecord } from '../file/ndjson.js'
import type { Crs } from '../geometry/crs.js'
import { type ProbeDraft, ImportQuestion, type ToolFormat, UnreadableResultError } from './draft.js'
import type { Json } from './json.js'
import type { Unit } from './units.js'

export interface ResultsOptions {
  /** The format of the file; null if it is to be detected. */
  format: ToolFormat | null
  /** Unit of the speeds of a table whose headers name none. */
  unit: Unit | null
  /** The unit of packet loss in a table, where neither its header nor its cells say so. */
  lossUnit?: LossUnit | undefined
  /** The decimal mark of the numbers of a table. */
  decimal?: DecimalMark | undefined
  /** The sheet of a workbook. */
  sheet?: string | undefined
  /** The reference system of the positions of a table. */
  crs?: Crs | undefined
  /** These and the next four hold for records that do not state them themselves. */
  operator?: string | null | undefined
  technology?: Technology | null | undefined
  measuredAt?: string | null | undefined
  lat?: number | null | undefined
  lng?: number | null | undefined
  /** Part of the ids that are made for records without one, so that one file for two sites gives two sets of probes. */
  site?: string | null | undefined
}

export const LOSS_UNITS = ['percent', 'ratio'] as const
export type LossUnit = (typeof LOSS_UNITS)[number]

/** Filled in when the first record has been read. */
export interface DetectedFormat {
  format: ToolFormat | 'probe' | null
  unit: string | null
  /** Notes for people: what was converted or not read. */
  notes: string[]
}

/** A record of a file of results: what its source says against it comes along. */
export interface ResultRecord extends LineRecord {
  flags?: readonly Flag[]
}

/** Records are handed on in batches of this size; a question can only be asked before the first one. */
export const BATCH = 250

/** Fields of every record that does not state them itself. */
export const defaultsOf = ({ operator, technology, lat, lng }: ResultsOptions): Record<string, unknown> =>
  assignPresent({ operator, technology, lat, lng })

/** Copies the members that are not null. A plain loop, since it runs for every row of a file. */
function assignPresent(members: object, target: Record<string, unknown> = {}): Record<string, unknown> {
  const source = members as Record<string, unknown>
  for (const name in source) if (source[name] != null) target[name] = source[name]
  return target
}

/** The record of a result. Throws `ImportQuestion`, but only in the first batch. */
export function recordOf(
  index: number,
  raw: Json,
  read: () => ProbeDraft,
  options: ResultsOptions,
  text?: string,
): ResultRecord {
  const source = text ?? JSON.stringify(raw)
  try {
    const { flags, ...draft } = read()
    const record = { index, text: source, document: probeOf(draft, raw, source, options) }
    return flags ? { ...record, flags } : record
  } catch (error) {
    // Once a batch was handed on, a question can no longer stop the import.
    if (error instanceof UnreadableResultError || (error instanceof ImportQuestion && index >= BATCH))
      return { index, text: source, rejectionReason: error.message }
    throw error
  }
}

function probeOf(draft: ProbeDraft, raw: Json, source: string, options: ResultsOptions): object {
  const measuredAt = draft.measuredAt ?? options.measuredAt
  if (!measuredAt)
    throw new ImportQuestion(
      'When was it measured? The document does not say. Say measuredAt=2026-03-01T09:30:00Z.',
    )
  const probe = assignPresent(draft, defaultsOf(options))
  probe.id ??= idOf(source, options.site ?? '')
  probe.measuredAt = measuredAt
  probe.raw = raw
  return probe
}

/** A UUID (version 8) derived from the document and the site, so that importing a file again gives the same probes. */
function idOf(source: string, site: string): string {
  const hex = createHash('sha256').update(`${site}\n${source}`).digest('hex')
  const variant = ((parseInt(hex[16]!, 16) & 3) | 8).toString(16)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-')
}
