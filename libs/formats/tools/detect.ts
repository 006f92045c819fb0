/** Which tool wrote a document, by its shape. */
import { type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { type Json, memberAt, isObject } from './json.js'
import { archive, clientResult, goSummary } from './ndt7.js'
import {
  cloudflare,
  giga,
  iperf3,
  librespeedCli,
  librespeedTelemetry,
  ookla,
  speedtestCli,
} from './speedtests.js'

interface Shape {
  format: ToolFormat
  fits: (document: Json) => boolean
  read: (document: Json) => ProbeDraft
}

const has = (document: Json, ...names: string[]) =>
  names.every((name) => memberAt(document, name) !== undefined)
/** A figure, or what stands where one should. */
const isScalarMember = (document: Json, name: string) => has(document, name) && !isObject(document[name])
const sides = (document: Json) => [
  document,
  document.download,
  document.upload,
  document.Download,
  document.Upload,
]

/** The first that fits; what makes a shape its tool's own comes before what several have. */
const SHAPES: readonly Shape[] = [
  {
    format: 'giga',
    fits: (d) =>
      has(d, 'Download') && !isObject(d.Download) && (has(d, 'school_id') || has(d, 'giga_id_school')),
    read: giga,
  },
  {
    format: 'ndt7',
    fits: (d) => has(d, 'Download.ServerMeasurements') || has(d, 'Upload.ServerMeasurements'),
    read: archive,
  },
  {
    format: 'ndt7',
    fits: (d) => has(d, 'Download.Throughput') || has(d, 'Upload.Throughput'),
    read: goSummary,
  },
  {
    format: 'ndt7',
    fits: (d) =>
      sides(d).some(
        (s) => isObject(s) && (isObject(s.LastClientMeasurement) || isObject(s.LastServerMeasurement)),
      ),
    read: clientResult,
  },
  {
    format: 'ookla',
    fits: (d) =>
      has(d, 'download.bandwidth') ||
      (d.type === 'log' && has(d, 'level')) ||
      (d.type === 'result' && has(d, 'ping')),
    read: ookla,
  },
  {
    format: 'iperf3',
    fits: (d) => has(d, 'start.test_start') || (has(d, 'start') && has(d, 'error')),
    read: iperf3,
  },
  { format: 'librespeed', fits: (d) => has(d, 'dl', 'ul'), read: librespeedTelemetry },
  {
    format: 'cloudflare',
    fits: (d) =>
      isScalarMember(d, 'download') &&
      (has(d, 'downLoadedLatency') || has(d, 'v4Reachability') || has(d, 'totalDurationMs')),
    read: cloudflare,
  },
  {
    format: 'speedtest-cli',
    fits: (d) =>
      isScalarMember(d, 'download') &&
      !has(d, 'jitter') &&
      (has(d, 'server.sponsor') || has(d, 'client.isprating')),
    read: speedtestCli,
  },
  {
    format: 'librespeed',
    fits: (d) =>
      isScalarMember(d, 'download') && has(d, 'jitter', 'ping', 'server.url') && !has(d, 'server.sponsor'),
    read: librespeedCli,
  },
]

/** Said by hand, a format is read by its most usual shape where no other of it fits. */
const DEFAULT_READERS: Partial<Record<ToolFormat, (document: Json) => ProbeDraft>> = {
  ndt7: clientResult,
  ookla,
  'speedtest-cli': speedtestCli,
  librespeed: librespeedCli,
  iperf3,
  cloudflare,
  giga,
}

export interface DocumentReader {
  format: ToolFormat
  read: (document: Json) => ProbeDraft
}

/** How to read a document; a question where its shape is that of several tools or of none. */
export function documentReaderOf(document: Json, wanted: ToolFormat | null): DocumentReader {
  const shape = SHAPES.find((s) => (wanted === null || s.format === wanted) && s.fits(document))
  if (shape) return shape
  if (wanted !== null) {
    const read = DEFAULT_READERS[wanted]
    if (read) return { format: wanted, read }
    throw new ImportQuestion(
      `${wanted} is a table (CSV or XLSX), and this is a JSON document: which tool wrote it?`,
    )
  }
  if (has(document, 'download', 'upload'))
    throw new ImportQuestion(
      'Are download and upload in bit/s or in Mbit/s? Say which tool wrote the document: format=speedtest-cli or cloudflare (bit/s), format=librespeed (Mbit/s).',
    )
  const names = Object.keys(document).slice(0, 8).join(', ').slice(0, 200)
  throw new ImportQuestion(
    `Which tool wrote this document? It has the members: ${names || 'none'}. Say format=…`,
  )
}
