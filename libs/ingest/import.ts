/** Results of other tools go the same way as a device's probes; a preview says what would become of them. */
import { type Bounds, MOROCCO_BOUNDS } from '#domain/probe'
import { type ByteSource } from '#formats/file'
import { assertBalanced } from '#formats/lists'
import { type DetectedFormat, type ResultRecord, type ResultsOptions, readResults } from '#formats/tools'
import type { Device } from '#store/people'
import type { ProbeRow } from '#store/probes'
import { type IngestOptions, type IngestResult, type RejectedRecord, ingest, judgeBatch } from './ingest.js'
import type { ProbeWriter } from './writer.js'

export interface ImportOptions extends Omit<ResultsOptions, 'site'> {
  /** Whose line was measured: gives the place where a document has none. */
  device: Device | null
  /** Milliseconds since 1970. */
  clock: () => number
  bounds?: Bounds
  outsidersAmong?: IngestOptions['outsidersAmong']
  /** Reads the file; a server does so in a process of its own. */
  read?: typeof readResults
}

export interface ResultsPreview extends DetectedFormat {
  records: number
  accepted: number
  /** The number of rejected records by reason, the most frequent first. */
  reasons: { reason: string; count: number }[]
  rejected: RejectedRecord[]
  /** The first probes as they would be written. */
  sample: Omit<ProbeRow, 'raw'>[]
}

const MAX_PREVIEW_ROWS = 20
/** Characters of a tool's document: an hour of intervals of iperf3. */
const MAX_IMPORT_RAW_CHARS = 1_048_576
/** Reasons contain values, so a file may have as many of them as rows: those beyond are counted together. */
const MAX_REASONS = 200

/** Writes what is accepted; what is not goes to quarantine. Every record of the file is counted as one of both. */
export async function importResults(
  writer: ProbeWriter,
  source: ByteSource,
  options: ImportOptions,
): Promise<IngestResult & DetectedFormat> {
  const detected: DetectedFormat = { format: options.format, unit: options.unit, notes: [] }
  let rows = 0
  async function* countedRecords() {
    for await (const batch of readRecords(source, options, detected)) {
      rows += batch.length
      yield batch
    }
  }
  const result = await ingest(writer, countedRecords(), { ...options, maxRawChars: MAX_IMPORT_RAW_CHARS })
  const { accepted, duplicates, rejected, rejectedMore = 0 } = result
  assertBalanced({ rows, written: accepted, unchanged: duplicates, rejected: rejected.length + rejectedMore })
  return { ...detected, ...result }
}

/** Writes nothing: what is in the file, and what would be rejected and why. */
export async function previewResults(source: ByteSource, options: ImportOptions): Promise<ResultsPreview> {
  const detected: DetectedFormat = { format: options.format, unit: options.unit, notes: [] }
  const preview = {
    records: 0,
    accepted: 0,
    rejected: [] as RejectedRecord[],
    sample: [] as Omit<ProbeRow, 'raw'>[],
  }
  const reasons = new Map<string, number>()
  const context = {
    device: options.device,
    bounds: options.bounds ?? MOROCCO_BOUNDS,
    now: options.clock(),
    maxRawChars: MAX_IMPORT_RAW_CHARS,
  }
  for await (const batch of readRecords(source, options, detected))
    for (const [record, judged] of await judgeBatch(batch, context, options.outsidersAmong)) {
      preview.records++
      if ('row' in judged) {
        preview.accepted++
        const { raw: _raw, ...row } = judged.row
        if (preview.sample.length < MAX_PREVIEW_ROWS) preview.sample.push(row)
        continue
      }
      const { field, reason } = judged.rejection
      if (preview.rejected.length < MAX_PREVIEW_ROWS)
        preview.rejected.push({ index: record.index, id: null, field, reason })
      const kind = reasons.has(reason) || reasons.size < MAX_REASONS ? reason : 'other reasons'
      reasons.set(kind, (reasons.get(kind) ?? 0) + 1)
    }
  const byCount = [...reasons].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count)
  return { ...detected, ...preview, reasons: byCount.slice(0, MAX_PREVIEW_ROWS) }
}

function readRecords(
  source: ByteSource,
  {
    device,
    clock: _clock,
    bounds: _bounds,
    outsidersAmong: _outsiders,
    read = readResults,
    ...options
  }: ImportOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  return read(source, { ...options, site: device?.siteCode }, detected)
}
