/** Recognises the tool that wrote a document by the document's shape. */
import { type ProbeDraft, ImportQuestion, type ToolFormat } from './draft.js'
import { isObject } from '../file/json-object.js'
import { type Json, memberAt } from './json.js'
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
/** Whether a member is present and is no object: a figure, or something in the place of one. */
const isScalarMember = (document: Json, name: string) => has(document, name) && !isObject(document[name])
const sides = (document: Json) => [
  document,
  document.download,
  document.upload,
  document.Download,
  document.Upload,
]

/** The first shape that fits is used, so those that one tool alone has come before those that several share. */
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

/** The usual reader of a format that the person chose, for documents that fit none of its shapes. */
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

/** The reader of a document. Throws `ImportQuestion` where its shape is that of several tools or of none. */
export function documentReaderOf(document: Json, requestedFormat: ToolFormat | null): DocumentReader {
  const shape = SHAPES.find(
    (s) => (requestedFormat === null || s.format === requestedFormat) && s.fits(document),
  )
  if (shape) return shape
  if (requestedFormat !== null) {
    const read = DEFAULT_READERS[requestedFormat]
    if (read) return { format: requestedFormat, read }
    throw new ImportQuestion(
      `${requestedFormat} is a table (CSV or XLSX), and this is a JSON document: which tool wrote it?`,
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
