/** Single probes of devices in turn over 64 connections, each on the disk when it is answered; floor: a bare echo. */
import autocannon from 'autocannon'
import { randomUUID } from 'node:crypto'
import { withFloorServer } from '../floor.js'
import type { NationSite } from './generate.js'

const CONNECTIONS = 64
const WARM_UP_SECONDS = 2
const SECONDS = 8

export interface LiveLoad {
  /** Requests a second. */
  rate: number
  /** Milliseconds. */
  p99: number
}

const ROUNDS = 3

/** The middle one of three rounds, by its rate. */
export async function middleOfRounds(load: () => Promise<LiveLoad>): Promise<LiveLoad> {
  const rounds: LiveLoad[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await load())
  return rounds.toSorted((a, b) => a.rate - b.rate)[Math.floor(ROUNDS / 2)]!
}

/** Without a warm-up the first seconds count, too: plans, caches and code are cold. */
export async function live(
  url: string,
  sites: readonly NationSite[],
  warmUpSeconds = WARM_UP_SECONDS,
): Promise<LiveLoad> {
  const target = targetOf(`${url}/api/v1/probes`, sites)
  if (warmUpSeconds > 0) await autocannon({ ...target, duration: warmUpSeconds })
  return loadOf(await autocannon({ ...target, duration: SECONDS }))
}

/** What HTTP and JSON cost without us. */
export const echo = (sites: readonly NationSite[]): Promise<LiveLoad> =>
  withFloorServer(async (url) => {
    const target = targetOf(`${url}/echo`, sites)
    await autocannon({ ...target, duration: WARM_UP_SECONDS })
    return loadOf(await autocannon({ ...target, duration: SECONDS }))
  })

/** Sites far apart come one after the other. */
const STRIDE = 4_999

function targetOf(url: string, sites: readonly NationSite[]): autocannon.Options {
  let sent = 0
  return {
    url,
    method: 'POST',
    connections: CONNECTIONS,
    requests: [
      {
        setupRequest: (request) => {
          const site = sites[(sent++ * STRIDE) % sites.length]!
          const headers = { authorization: `Bearer ${site.token}`, 'content-type': 'application/json' }
          return { ...request, headers, body: JSON.stringify(probeOf(site, Date.now() - 5_000)) }
        },
      },
    ],
  }
}

/** As the agent of a site sends it: without a position. */
export function probeOf({ operator, technology }: NationSite, measuredAt: number): object {
  return {
    id: randomUUID(),
    measuredAt: new Date(measuredAt).toISOString(),
    technology,
    operator,
    outcome: 'ok',
    downloadBps: Math.floor(Math.random() * 40e6),
    uploadBps: Math.floor(Math.random() * 10e6),
    latencyMs: Number((20 + Math.random() * 80).toFixed(2)),
    jitterMs: Number((Math.random() * 20).toFixed(2)),
    lossRatio: 0,
    tool: 'ndt7',
  }
}

function loadOf(result: autocannon.Result): LiveLoad {
  const bad = result.non2xx + result.errors + result.timeouts
  if (bad > 0) throw new Error(`${bad} of ${result.requests.total} requests failed`)
  return { rate: result['2xx'] / result.duration, p99: result.latency.p99 }
}
