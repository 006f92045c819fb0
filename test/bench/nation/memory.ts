/** Megabytes of the server's process at rest, and at most while `probes_public` is exported. */
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { RunningServer } from '../../support/process.js'
import { forgetPeak, megabytes } from '../memory-ndjson.js'

/** After its start the server is quiet by then. */
const REST_MS = 3_000
/** A longer export grows no more. */
const EXPORT_MS = 10_000

export interface Memory {
  rest: number
  peak: number
}

export async function memory({ url, process: { pid } }: RunningServer): Promise<Memory> {
  await sleep(REST_MS)
  const rest = megabytes(pid!, 'VmRSS')
  forgetPeak(pid!)
  const get = request(`${url}/api/v1/export/probes_public.csv`).end()
  const [answer] = (await once(get, 'response')) as [IncomingMessage]
  if (answer.statusCode !== 200) throw new Error(`the export answered ${answer.statusCode}`)
  const ended = once(answer, 'end')
  answer.resume()
  await Promise.race([ended, sleep(EXPORT_MS)])
  get.destroy()
  return { rest, peak: megabytes(pid!, 'VmHWM') }
}
