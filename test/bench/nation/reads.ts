/**
 * Milliseconds of every kind of question that a person waits for, asked one at a time: half and 95 of 100 are answered
 * sooner. Floor: a bare server that holds the same bytes.
 */
import { DAY_MS } from '#domain/units'
import { withFloorServer } from '../floor.js'
import { tell } from '../timing.js'
import { withDatabase, type Nation } from './country.js'
import { ROUTES, type RouteContext } from './routes.js'

/** Requests of a route: so many, or as many as these seconds allow. */
const REQUESTS = 20
const MAX_SECONDS = 8
/** Depths of a list that are asked for. */
const DEPTHS = 10
const BARE_REQUESTS = 50

export interface Waiting {
  p50: number
  p95: number
  /** Of the bare server with as many bytes. */
  bare: number
}

export async function reads(
  nation: Nation,
  url: string,
  isWanted: (route: string) => boolean,
): Promise<Record<string, Waiting>> {
  const context = await contextOf(nation, url)
  const answers: Record<string, Waiting> = {}
  await withFloorServer(async (bare) => {
    for (const [route, pathsOf] of Object.entries(ROUTES)) {
      if (!isWanted(route)) continue
      const paths = pathsOf(context)
      if (paths.length === 0) {
        tell(`nation.reads.${route}: there is nothing to ask for at this size`)
        continue
      }
      const { times, bytes } = await ask(paths.map((path) => url + path))
      answers[route] = {
        p50: quantile(times, 0.5),
        p95: quantile(times, 0.95),
        bare: await bareTime(bare, bytes),
      }
    }
  })
  return answers
}

/** The first request of a kind is not counted: it loads code. All others are counted, the first of each address, too. */
async function ask(urls: readonly string[]): Promise<{ times: number[]; bytes: number }> {
  let bytes = 0
  const times: number[] = []
  const end = performance.now() + MAX_SECONDS * 1000
  for (const [n, address] of [urls[0]!, ...urls].slice(0, REQUESTS + 1).entries()) {
    const began = performance.now()
    const answer = await fetch(address)
    const body = await answer.arrayBuffer()
    if (!answer.ok)
      throw new Error(`${address} answered ${answer.status}: ${Buffer.from(body).toString().slice(0, 300)}`)
    if (n > 0) times.push(performance.now() - began)
    bytes = Math.max(bytes, body.byteLength)
    if (performance.now() > end && times.length > 1) break
  }
  return { times, bytes }
}

async function bareTime(url: string, bytes: number): Promise<number> {
  const headers = { 'content-type': 'application/octet-stream' }
  await fetch(`${url}/bytes`, { method: 'PUT', headers, body: new Uint8Array(bytes) })
  const times: number[] = []
  for (let n = 0; n < BARE_REQUESTS; n++) {
    const began = performance.now()
    await (await fetch(`${url}/bytes`)).arrayBuffer()
    times.push(performance.now() - began)
  }
  return quantile(times, 0.5)
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
}

async function contextOf(nation: Nation, url: string): Promise<RouteContext> {
  const stride = Math.floor(nation.sites.length / REQUESTS)
  const sites = nation.sites.filter((_, n) => n % stride === 0).slice(0, REQUESTS)
  const now = Date.now()
  const { run, codes, zones } = await withDatabase(nation.place, async ({ source }) => {
    const [{ id }] = await source.query(
      `SELECT max(id) AS id FROM run WHERE current AND rule_id = (SELECT id FROM rule WHERE (definition->>'default')::boolean LIMIT 1)`,
    )
    const areas: { level: string; code: string }[] = await source.query(
      'SELECT level, code FROM current_area ORDER BY md5(code)',
    )
    const standing: { id: string }[] = await source.query(
      'SELECT id FROM zone WHERE next_run IS NULL AND series = (SELECT series FROM run WHERE id = $1) ORDER BY md5(id) LIMIT $2',
      [id, REQUESTS],
    )
    return { run: id as number, codes: areas, zones: standing.map((zone) => zone.id) }
  })
  const ofLevel = (level: string) =>
    codes
      .filter((area) => area.level === level)
      .map(({ code }) => code)
      .slice(0, REQUESTS)
  return {
    sites,
    run,
    zones,
    regions: ofLevel('region'),
    provinces: ofLevel('province'),
    communes: ofLevel('commune'),
    cursors: await cursorsOf(url, now, nation.size.months),
    featureCursors: await featureCursorsOf(url, sites.slice(0, DEPTHS)),
    now,
    months: nation.size.months,
  }
}

/** A page that begins at a day has the cursor of that depth in its `next`. */
async function cursorsOf(url: string, now: number, months: number): Promise<string[]> {
  const cursors: string[] = []
  for (let depth = 1; depth <= DEPTHS; depth++) {
    const day = new Date(now - ((months * 28 * depth) / (DEPTHS + 1)) * DAY_MS).toISOString().slice(0, 10)
    const page = (await (await fetch(`${url}/api/v1/probes?limit=1&until=${day}`)).json()) as {
      next: string | null
    }
    if (page.next) cursors.push(page.next)
  }
  return cursors
}

/** Features come cell by cell: a page around a site has the cursor of its cell in its link `next`. */
async function featureCursorsOf(url: string, sites: RouteContext['sites']): Promise<string[]> {
  const cursors: string[] = []
  for (const { lat, lng } of sites) {
    const box = [lng - 0.02, lat - 0.02, lng + 0.02, lat + 0.02].join()
    const page = (await (
      await fetch(`${url}/ogc/collections/probes_public/items?limit=1&bbox=${box}`)
    ).json()) as { links: { rel: string; href: string }[] }
    const next = page.links.find(({ rel }) => rel === 'next')
    const cursor = next && new URL(next.href).searchParams.get('cursor')
    if (cursor) cursors.push(cursor)
  }
  return cursors
}
