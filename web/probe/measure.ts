/** A speed test against our own server by the unmodified ndt7 client. */
import { LoadedLatency, type Ndt7Result, type Ndt7Side, type Ndt7Sides, resultOfNdt7 } from '#domain/probe'
import ndt7 from '@m-lab/ndt7'
import downloadWorker from '@m-lab/ndt7/src/ndt7-download-worker.js?url&no-inline'
import uploadWorker from '@m-lab/ndt7/src/ndt7-upload-worker.js?url&no-inline'

/** Limit for each direction; a line of 10 Mbit/s takes 8 s for it. */
export const MAX_SHORT_TEST_BYTES = 10_000_000

export interface Progress {
  direction: 'download' | 'upload'
  mbits: number
  /** Progress of both directions together, 0 to 1. */
  fraction: number
}

export type SpeedTestResult =
  | { kind: 'result'; probe: Ndt7Result }
  | { kind: 'failed' }
  | { kind: 'cancelled' }
  /** The server has no free slot; `seconds` is the time until another try. */
  | { kind: 'busy'; seconds: number }

/** The client does not give out its workers, so those that it starts are noted here, to be able to end them. */
const workers = new Set<Worker>()
const Native = window.Worker
window.Worker = class extends Native {
  constructor(url: string | URL, options?: WorkerOptions) {
    super(url, options)
    workers.add(this)
  }
}

/** Runs a test of ten seconds in each direction. `signal` ends it at once. */
export async function runSpeedTest(
  token: string | undefined,
  short: boolean,
  onProgress: (progress: Progress) => void,
  signal: AbortSignal,
): Promise<SpeedTestResult> {
  const ticket = token ? await requestTicket(token) : null
  // The signal may have been aborted while the ticket was on its way, before there was a listener for its event.
  if (signal.aborted) return { kind: 'cancelled' }
  if (ticket === 'unreachable') return { kind: 'failed' }
  if (ticket && typeof ticket === 'object') return { kind: 'busy', seconds: ticket.busy }
  const sides: Ndt7Sides = {}
  const loadedLatency = new LoadedLatency({
    ping: async () => void (await (await fetch('health/live', { cache: 'no-store', signal })).text()),
    now: () => performance.now(),
    sleep: (ms) => new Promise((done) => setTimeout(done, ms)),
  })
  const progress =
    (direction: Progress['direction']) =>
    ({ Source, Data }: { Source: string; Data: Ndt7Side['LastClientMeasurement'] & object }) => {
      if (Source !== 'client' || signal.aborted) return
      const fraction = Math.min(Data.ElapsedTime / 10, 1) / 2 + (direction === 'upload' ? 0.5 : 0)
      onProgress({ direction, mbits: Data.MeanClientMbps, fraction })
    }
  const { protocol, host, pathname } = new URL('.', document.baseURI)
  const run = ndt7.test(
    {
      server: host + pathname.replace(/\/$/, ''),
      protocol: protocol === 'https:' ? 'wss' : 'ws',
      userAcceptedDataPolicy: true,
      mlabDataPolicyInapplicable: true,
      downloadworkerfile: downloadWorker,
      uploadworkerfile: uploadWorker,
      metadata: {
        client_name: 'taghtiya-probe',
        ...(ticket && { token: ticket }),
        ...(short && { max_bytes: String(MAX_SHORT_TEST_BYTES) }),
      },
    },
    {
      error: () => undefined,
      downloadStart: () => void loadedLatency.begin(),
      downloadMeasurement: progress('download'),
      uploadMeasurement: progress('upload'),
      downloadComplete: (side: Ndt7Side) => {
        loadedLatency.end()
        sides.download = side
      },
      uploadComplete: (side: Ndt7Side) => (sides.upload = side),
    },
  ) as Promise<number>
  const aborted = new Promise<'aborted'>((done) => signal.addEventListener('abort', () => done('aborted')))
  const ended = await Promise.race([run.catch(() => 1), aborted])
  loadedLatency.end()
  for (const worker of workers) worker.terminate()
  workers.clear()
  if (ended === 'aborted') return { kind: 'cancelled' }
  const probe = resultOfNdt7(sides, loadedLatency.median())
  return ended === 0 && probe ? { kind: 'result', probe } : { kind: 'failed' }
}

async function requestTicket(token: string): Promise<string | null | 'unreachable' | { busy: number }> {
  const answer = await fetch('api/v1/tests', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  }).catch(() => null)
  if (!answer) return 'unreachable'
  if (answer.status === 503) return { busy: Number(answer.headers.get('retry-after') ?? 30) }
  // A refused token does not stop the measurement: the result waits for a valid token.
  return answer.ok ? ((await answer.json()) as { token: string }).token : null
}
