/** The only path of probes into the database: a single one, an array, or a stream of any length. */
import { type Bounds, type Flag, type GeoPoint, MOROCCO_BOUNDS, isCounted } from '#domain/probe'
import { type LineRecord } from '#formats/file'
import type { Device } from '#store/people'
import type { ProbeRow, QuarantinedProbe } from '#store/probes'
import { type JudgeContext, type JudgedRecord, judgeRecord } from './record.js'
import type { ProbeWriter } from './writer.js'

export interface RejectedRecord {
  /** Position among the records of the request, from 0. */
  index: number
  id: string | null
  field: string
  reason: string
}

export interface IngestResult {
  accepted: number
  duplicates: number
  rejected: RejectedRecord[]
  /** Rejections beyond those listed; all of them are in quarantine. */
  rejectedMore?: number
}

/** An answer lists at most this many rejections, so that it stays small. */
const MAX_LISTED_REJECTIONS = 10_000
/** Limit of the document in quarantine: the largest tool's document with the probe around it. */
const MAX_STORED_DOCUMENT_CHARS = 1_200_000

/** Batches in flight to the database: groups become larger, and the next batch is judged while the last is written. */
const MAX_IN_FLIGHT = 4

/** A record of a file whose source may say something against it. */
type FlaggedRecord = LineRecord & { flags?: readonly Flag[] }

export interface IngestOptions {
  device: Device | null
  /** Milliseconds since 1970. */
  clock: () => number
  bounds?: Bounds
  maxRawChars?: number
  /** Gives the indexes of the positions at which the sender may not write. */
  outsidersAmong?: (points: readonly GeoPoint[]) => Promise<ReadonlySet<number>>
}

/** The rejection of a probe where the sender may not write. */
const OUTSIDE_AREAS = { field: 'lat', reason: 'the position lies outside the areas of the account' }

export async function ingest(
  writer: ProbeWriter,
  batches: AsyncIterable<readonly FlaggedRecord[]> | Iterable<readonly FlaggedRecord[]>,
  options: IngestOptions,
): Promise<IngestResult> {
  const result: IngestResult = { accepted: 0, duplicates: 0, rejected: [] }
  const inFlight: Promise<void>[] = []
  for await (const batch of batches) {
    inFlight.push(ingestBatch(writer, batch, options, result))
    // A failure must reach the caller from the await below, not as an unhandled rejection meanwhile.
    inFlight.at(-1)!.catch(() => {})
    if (inFlight.length >= MAX_IN_FLIGHT) await inFlight.shift()
  }
  await Promise.all(inFlight)
  return result
}

/** Records of a JSON body: one object or an array of them. */
export function recordsOfBody(body: unknown): LineRecord[] {
  const documents: unknown[] = Array.isArray(body) ? body : [body]
  return documents.map((document, index) => ({ index, document, text: '' }))
}

/** A record that was rejected while it was read stays rejected; flags of its source are added to those of our own. */
export function judgeLine(record: FlaggedRecord, context: JudgeContext): JudgedRecord {
  const { rejectionReason, document, flags } = record
  if (rejectionReason) return { rejection: { field: '', reason: rejectionReason } }
  const judged = judgeRecord(document, context)
  if (!('row' in judged) || !flags) return judged
  const allFlags = [...new Set([...judged.row.flags, ...flags])]
  return { row: { ...judged.row, flags: allFlags, counted: isCounted(allFlags) } }
}

/** The records with their judgements, among them those of records at places where the sender may not write. */
export async function judgeBatch<R extends FlaggedRecord>(
  batch: readonly R[],
  context: JudgeContext,
  outsidersAmong: IngestOptions['outsidersAmong'],
): Promise<(readonly [R, JudgedRecord])[]> {
  const judged = batch.map((record) => [record, judgeLine(record, context)] as const)
  if (!outsidersAmong) return judged
  const points = judged.flatMap(([, one]) => ('row' in one ? [one.row] : []))
  const outside = await outsidersAmong(points)
  let row = 0
  return judged.map(([record, one]) => [
    record,
    'row' in one && outside.has(row++) ? { rejection: OUTSIDE_AREAS } : one,
  ])
}

async function ingestBatch(
  writer: ProbeWriter,
  batch: readonly FlaggedRecord[],
  { device, clock, bounds = MOROCCO_BOUNDS, maxRawChars, outsidersAmong }: IngestOptions,
  result: IngestResult,
): Promise<void> {
  const context: JudgeContext = { device, bounds, now: clock(), ...(maxRawChars && { maxRawChars }) }
  const rows: ProbeRow[] = []
  const quarantined: QuarantinedProbe[] = []
  for (const [record, judged] of await judgeBatch(batch, context, outsidersAmong)) {
    if ('row' in judged) rows.push(judged.row)
    else quarantined.push(addRejection(record, judged.rejection, device, result))
  }
  const [newCount] = await Promise.all([writer.write(rows), writer.quarantine(quarantined)])
  result.accepted += newCount
  result.duplicates += rows.length - newCount
}

function addRejection(
  record: LineRecord,
  { field, reason }: { field: string; reason: string },
  device: Device | null,
  result: IngestResult,
): QuarantinedProbe {
  if (result.rejected.length < MAX_LISTED_REJECTIONS)
    result.rejected.push({ index: record.index, id: idOf(record.document), field, reason })
  else result.rejectedMore = (result.rejectedMore ?? 0) + 1
  return {
    deviceId: device?.id ?? null,
    siteCode: device?.siteCode ?? null,
    field: field || null,
    reason: storableText(reason),
    document: storableText(documentTextOf(record).slice(0, MAX_STORED_DOCUMENT_CHARS)),
  }
}

function documentTextOf({ text, document }: LineRecord): string {
  if (text) return text
  try {
    // A record that stands for the unread rest of a file has no document.
    return JSON.stringify(document) ?? ''
  } catch {
    return '(nested too deeply to serialize)'
  }
}

function idOf(document: unknown): string | null {
  const id = (document as { id?: unknown } | null | undefined)?.id
  return typeof id === 'string' ? id.slice(0, 100) : null
}

/** Characters that PostgreSQL's text cannot hold become U+FFFD. */
const storableText = (text: string) => text.replaceAll('\u0000', '\ufffd').toWellFormed()
