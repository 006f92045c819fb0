/** A speed test against our own server by the unmodified ndt7 client. */
import ndt7 from '@m-lab/ndt7'
import downloadWorker from '@m-lab/ndt7/src/ndt7-download-worker.js?url&no-inline'
import uploadWorker from '@m-lab/ndt7/src/ndt7-upload-worker.js?url&no-inline'

const BITS = 8
/** Each way; a line of 10 Mbit/s takes 8 s for it. */
export const SHORT_BYTES = 10_000_000

interface Side {
  LastClientMeasurement?: { ElapsedTime: number; NumBytes: number; MeanClientMbps: number }
  LastServerMeasurement?: {
    AppInfo: { NumBytes: number; ElapsedTime: number }
    ConnectionInfo: { UUID: string }
    TCPInfo: { BytesReceived: number; ElapsedTime: number; MinRTT?: number }
  }
}

export interface Progress {
  direction: 'download' | 'upload'
  mbits: number
  /** Of both directions together, 0 to 1. */
  part: number
}

export type Outcome =
  | { kind: 'result'; probe: Result }
  | { kind: 'failed' }
  | { kind: 'cancelled' }
  /** The server is full: seconds until another try. */
  | { kind: 'busy'; seconds: number }

export interface Result {
  downloadBps: number
  uploadBps: number
  latencyMs: number | null
  downloadBytes: number
  uploadBytes: number
  downloadMs: number
  uploadMs: number
  downloadTest: string | undefined
  uploadTest: string | undefined
  raw: object
}

/** The client keeps its workers to itself: to be able to end them, those that it starts are noted. */
const workers = new Set<Worker>()
const Native = window.Worker
window.Worker = class extends Native {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    workers.add(this)
  }
}

/** Ten seconds each way. `signal` ends it at once. */
export async function measure(
  token: string | undefined,
  short: boolean,
  told: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const ticket = token ? await ticketFor(token) : null
  if (ticket === 'unreachable') return { kind: 'failed' }
  if (ticket && typeof ticket === 'object') return { kind: 'busy', seconds: ticket.busy }
  const sides: { download?: Side; upload?: Side } = {}
  const progress =
    (direction: Progress['direction']) =>
    ({ Source, Data }: { Source: string; Data: Side['LastClientMeasurement'] & object }) => {
      if (Source !== 'client' || signal.aborted) return
      const part = Math.min(Data.ElapsedTime / 10, 1) / 2 + (direction === 'upload' ? 0.5 : 0)
      told({ direction, mbits: Data.MeanClientMbps, part })
    }
  const run = ndt7.test(
    {
      server: location.host,
      protocol: location.protocol === 'https:' ? 'wss' : 'ws',
      userAcceptedDataPolicy: true,
      mlabDataPolicyInapplicable: true,
      downloadworkerfile: downloadWorker,
      uploadworkerfile: uploadWorker,
      metadata: {
        client_name: 'taghtiya-probe',
        ...(ticket && { token: ticket }),
        ...(short && { max_bytes: String(SHORT_BYTES) }),
      },
    },
    {
      error: () => undefined,
      downloadMeasurement: progress('download'),
      uploadMeasurement: progress('upload'),
      downloadComplete: (side: Side) => (sides.download = side),
      uploadComplete: (side: Side) => (sides.upload = side),
    },
  ) as Promise<number>
  const aborted = new Promise<'aborted'>((done) => signal.addEventListener('abort', () => done('aborted')))
  const ended = await Promise.race([run.catch(() => 1), aborted])
  for (const worker of workers) worker.terminate()
  workers.clear()
  if (ended === 'aborted') return { kind: 'cancelled' }
  const probe = resultOf(sides)
  return ended === 0 && probe ? { kind: 'result', probe } : { kind: 'failed' }
}

async function ticketFor(token: string): Promise<string | null | 'unreachable' | { busy: number }> {
  const answer = await fetch('/api/v1/tests', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => null)
  if (!answer) return 'unreachable'
  if (answer.status === 503) return { busy: Number(answer.headers.get('retry-after') ?? 30) }
  // A token that is refused does not keep the agent from measuring: the result waits for another one.
  return answer.ok ? ((await answer.json()) as { token: string }).token : null
}

/** Download as the client counted it, upload as the server received it: what was sent may still be on its way. */
function resultOf({ download, upload }: { download?: Side; upload?: Side }): Result | null {
  const down = receivedBy(download)
  const up = upload?.LastServerMeasurement?.TCPInfo
  if (!down || !up || up.ElapsedTime <= 0) return null
  const rtt = download?.LastServerMeasurement?.TCPInfo.MinRTT
  return {
    downloadBps: Math.round((down.bytes * BITS * 1000) / down.ms),
    uploadBps: Math.round((up.BytesReceived * BITS * 1e6) / up.ElapsedTime),
    latencyMs: rtt === undefined ? null : rtt / 1000,
    downloadBytes: down.bytes,
    uploadBytes: up.BytesReceived,
    downloadMs: down.ms,
    uploadMs: up.ElapsedTime / 1000,
    downloadTest: download?.LastServerMeasurement?.ConnectionInfo.UUID,
    uploadTest: upload?.LastServerMeasurement?.ConnectionInfo.UUID,
    raw: { download, upload },
  }
}

/** The client measures four times a second; a short test of a fast line is over before, and the server's figure is left. */
function receivedBy(download: Side | undefined): { bytes: number; ms: number } | null {
  const own = download?.LastClientMeasurement
  if (own) return { bytes: own.NumBytes, ms: own.ElapsedTime * 1000 }
  const sent = download?.LastServerMeasurement?.AppInfo
  return sent && sent.ElapsedTime > 0 ? { bytes: sent.NumBytes, ms: sent.ElapsedTime / 1000 } : null
}
