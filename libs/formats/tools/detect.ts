/** Recognises the tool that wrote a document by the document's shape. */
import { isObject } from '../file/json-object.js'
import {
  ImportQuestion,
  type ProbeDraft,
  type ToolFormat,
  UnreadableResultError,
  assertShowsResult,
  memberNames,
} from './draft.js'
import { iperf3 } from './iperf3.js'
import { type Json, memberAt } from './json.js'
import { archive, clientResult, goSummary, oldGoSummary } from './ndt7.js'
import { cloudflare, giga, librespeedCli, librespeedTelemetry, ookla, speedtestCli } from './speedtests.js'

interface Shape {
  format: ToolFormat
  fits: (document: Json) => boolean
  read: (document: Json) => ProbeDraft
}

const has = (document: Json, ...names: string[]) =>
  names.every((name) => memberAt(document, name) !== undefined)
const hasAny = (document: Json, ...names: string[]) => names.some((name) => has(document, name))
/** Whether a member is present and is no object: a figure, or something in the place of one. */
const isScalarMember = (document: Json, name: string) => has(document, name) && !isObject(document[name])
const sides = (document: Json) => [
  document,
  document.download,
  document.upload,
  document.Download,
  document.Upload,
]

/** Lines that Ookla's CLI writes beside its results (`--format=jsonl`). */
const OOKLA_LINES = ['result', 'log', 'testStart', 'ping', 'download', 'upload']

/** The first shape that fits is used, so those that one tool alone has come before those that several share. */
const SHAPES: readonly Shape[] = [
  {
    format: 'giga',
    fits: (d) =>
      (isScalarMember(d, 'Download') || isScalarMember(d, 'download')) &&
      hasAny(d, 'school_id', 'giga_id_school', 'giga_id_health'),
    read: giga,
  },
  {
    format: 'ndt7',
    fits: (d) => hasAny(d, 'Download.ServerMeasurements', 'Upload.ServerMeasurements'),
    read: archive,
  },
  { format: 'ndt7', fits: (d) => hasAny(d, 'Download.Throughput', 'Upload.Throughput'), read: goSummary },
  {
    format: 'ndt7',
    fits: (d) => hasAny(d, 'Download.Value', 'Upload.Value') && hasAny(d, 'ServerFQDN', 'ClientIP'),
    read: oldGoSummary,
  },
  {
    format: 'ndt7',
    fits: (d) =>
      sides(d).some(
        (s) => isObject(s) && (isObject(s.LastClientMeasurement) || isObject(s.LastServerMeasurement)),
      ),
    read: clientResult,
  },
  { format: 'ndt7', fits: (d) => typeof d.Key === 'string' && has(d, 'Value'), read: goEvent },
  {
    format: 'ookla',
    fits: (d) =>
      has(d, 'download.bandwidth') ||
      (OOKLA_LINES.includes(String(d.type)) && hasAny(d, 'level', 'ping', 'isp', 'server', 'timestamp')),
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
      isScalarMember(d, 'download') && hasAny(d, 'downLoadedLatency', 'v4Reachability', 'totalDurationMs'),
    read: cloudflare,
  },
  {
    format: 'speedtest-cli',
    fits: (d) =>
      isScalarMember(d, 'download') && !has(d, 'jitter') && hasAny(d, 'server.sponsor', 'client.isprating'),
    read: speedtestCli,
  },
  {
    format: 'librespeed',
    fits: (d) =>
      isScalarMember(d, 'download') && has(d, 'jitter', 'ping', 'server.url') && !has(d, 'server.sponsor'),
    read: librespeedCli,
  },
]

/** The client ndt7-client-go without `-quiet` writes an event on each line; only its summary is a result. */
function goEvent({ Key }: Json): never {
  throw new UnreadableResultError('Key', `is an event of ndt7-client (${JSON.stringify(Key)}), not a result`)
}

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
  /** Throws `UnreadableResultError` for a document that shows no result. */
  read: (document: Json) => ProbeDraft
}

/**
 * The reader of a document. Throws `ImportQuestion` where its shape is that of several tools or of none, and
 * `UnreadableResultError` where it is the document of another tool than the person said.
 */
export function documentReaderOf(document: Json, requestedFormat: ToolFormat | null): DocumentReader {
  const shapes = SHAPES.filter((shape) => shape.fits(document))
  const shape = requestedFormat === null ? shapes[0] : shapes.find(({ format }) => format === requestedFormat)
  if (shape) return checkedReader(shape)
  if (requestedFormat === null) throw unknownToolQuestion(document)
  if (shapes[0])
    throw new UnreadableResultError('', `is a document of ${shapes[0].format}, not of ${requestedFormat}`)
  const read = DEFAULT_READERS[requestedFormat]
  if (read) return checkedReader({ format: requestedFormat, read })
  throw new ImportQuestion(
    `${requestedFormat} is a table (CSV or XLSX), and this is a JSON document: which tool wrote it? Say format=…`,
  )
}

const checkedReader = ({ format, read }: DocumentReader): DocumentReader => ({
  format,
  read(document) {
    const draft = read(document)
    assertShowsResult(draft, `the members ${memberNames(Object.keys(document))}`)
    return draft
  },
})

const SHAPE_TYPES = ['FeatureCollection', 'Feature', 'Topology']

function unknownToolQuestion(document: Json): ImportQuestion | UnreadableResultError {
  if (SHAPE_TYPES.includes(String(document.type)))
    return new UnreadableResultError(
      'type',
      `is GeoJSON or TopoJSON (${String(document.type)}): a shape, and no result of a test`,
    )
  if (has(document, 'download', 'upload'))
    return new ImportQuestion(
      'Are download and upload in bit/s, in kbit/s or in Mbit/s? Say which tool wrote the document: format=speedtest-cli or cloudflare (bit/s), format=giga (kbit/s), format=librespeed (Mbit/s).',
    )
  const names = Object.keys(document).slice(0, 8).join(', ').slice(0, 200)
  return new ImportQuestion(
    `Which tool wrote this document? It has the members: ${names || 'none'}. Say format=…`,
  )
}
