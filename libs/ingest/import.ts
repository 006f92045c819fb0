/** Results of other tools: the same way as a device's probes, after a look at what would become of them. */
import { type Bounds, MOROCCO_BOUNDS, type Technology } from '#domain/probe'
import { type ByteSource, type LineRecord } from '#formats/file'
import { type DetectedFormat, type ToolFormat, type Unit, readResults } from '#formats/tools'
import type { Device } from '#store/people'
import type { ProbeRow } from '#store/probes'
import { type IngestResult, type RejectedRecord, ingest } from './ingest.js'
import { judgeRecord } from './record.js'
import type { ProbeWriter } from './writer.js'

export interface ImportOptions {
  /** Null detects it. */
  format: ToolFormat | null
  unit: Unit | null
  /** Whose line was measured: gives the place where a document has none. */
  device: Device | null
  operator?: string | null | undefined
  technology?: Technology | null | undefined
  /** RFC 3339, for documents without a time. */
  measuredAt?: string | null | undefined
  lat?: number | null | undefined
  lng?: number | null | undefined
  /** Milliseconds since 1970. */
  clock: () => number
  bounds?: Bounds
}

export interface ResultsPreview extends DetectedFormat {
  records: number
  accepted: number
  /** How many are refused, by reason, the most frequent first. */
  reasons: { reason: string; count: number }[]
  rejected: RejectedRecord[]
  /** The first probes as they would be written. */
  sample: Omit<ProbeRow, 'raw'>[]
}

const MAX_PREVIEW_ROWS = 20
/** Characters of a tool's document: an hour of iperf3's intervals. */
const MAX_IMPORT_RAW_CHARS = 1_048_576
/** Reasons hold values, so a file may have as many as rows: those beyond are counted together. */
const MAX_REASONS = 200

export async function importResults(
  writer: ProbeWriter,
  source: ByteSource,
  options: ImportOptions,
): Promise<IngestResult & DetectedFormat> {
  const found: DetectedFormat = { format: options.format, unit: options.unit }
  const result = await ingest(writer, readRecords(source, options, found), {
    ...options,
    maxRawChars: MAX_IMPORT_RAW_CHARS,
  })
  return { ...found, ...result }
}

/** Writes nothing: what is in the file, and what would be refused and why. */
export async function previewResults(source: ByteSource, options: ImportOptions): Promise<ResultsPreview> {
  const found: DetectedFormat = { format: options.format, unit: options.unit }
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
    maxRaw: MAX_IMPORT_RAW_CHARS,
  }
  for await (const batch of readRecords(source, options, found))
    for (const record of batch) {
      preview.records++
      const judged = record.rejectionReason
        ? { rejection: { field: '', reason: record.rejectionReason } }
        : judgeRecord(record.document, context)
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
  return { ...found, ...preview, reasons: byCount.slice(0, MAX_PREVIEW_ROWS) }
}

function readRecords(
  source: ByteSource,
  { device, clock: _clock, ...options }: ImportOptions,
  found: DetectedFormat,
): AsyncGenerator<LineRecord[]> {
  return readResults(source, { ...options, site: device?.siteCode }, found)
}
