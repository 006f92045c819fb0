/** Requests per second with one probe each, on the disk when answered, against a bare server that parses the same. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Bench, type Ground, resultOf, tell } from './bench.js'
import { countProbes, makeDevice, withServer } from './database.js'
import { withFloorServer } from './floor.js'
import { rate } from './load.js'
import { probeJson } from './probes.js'

const CONNECTIONS = 64
const SECONDS = 8
const WARM_UP_SECONDS = 2
/** A group in flight when the load ends is committed by then. */
const SETTLE_MS = 1_000

export const ingestSingle: Bench = { names: ['ingest.single'], run }

async function run(ground: Ground) {
  const place = await ground.database('ingest_single')
  const token = await makeDevice(place)
  const ours = await withServer(place, async ({ url }) => {
    const target = new Target(`${url}/api/v1/probes`, token)
    await target.load(WARM_UP_SECONDS)
    const rate = await target.load(SECONDS)
    await sleep(SETTLE_MS)
    checkRows(target, await countProbes(place.url))
    return rate
  })
  const floor = await withFloorServer(async (url) => {
    const target = new Target(`${url}/echo`, token)
    await target.load(WARM_UP_SECONDS)
    return target.load(SECONDS)
  })
  return [resultOf('ingest.single', ours, floor, 'req/s', ours / floor)]
}

class Target {
  accepted = 0
  /** When a load ends, autocannon leaves the requests that it had sent. */
  unanswered = 0
  private sent = 0

  constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  load(duration: number): Promise<number> {
    this.unanswered += CONNECTIONS
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' }
    const now = Date.now()
    return rate({
      url: this.url,
      method: 'POST',
      connections: CONNECTIONS,
      duration,
      headers,
      requests: [
        {
          setupRequest: (request) => ({ ...request, body: probeJson(this.sent++, now) }),
          onResponse: (status, body) => {
            if (status === 200) this.accepted += (JSON.parse(body) as { accepted: number }).accepted
          },
        },
      ],
    })
  }
}

/** Every accepted probe is a row; rows beyond them were on their way when the load ended. */
function checkRows({ accepted, unanswered }: Target, rows: number): void {
  tell(`ingest.single: ${accepted} accepted, ${rows} rows (up to ${unanswered} more may be there)`)
  if (rows < accepted || rows > accepted + unanswered)
    throw new Error(`${accepted} probes were accepted, ${rows} are in the table`)
}
