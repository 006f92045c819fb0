/** Requests per second of a tile that the server remembers, against a bare server that holds the same bytes. */
import { gunzipSync } from 'node:zlib'
import { type Bench, type Ground, resultOf, tell } from './bench.js'
import { withServer } from './database.js'
import { withFloorServer } from './floor.js'
import { packed, rate } from './load.js'
import { anyRun, benchTiles } from './tiles.js'

const CONNECTIONS = 16
const SECONDS = 6
const WARM_UP_SECONDS = 2

export const tileWarm: Bench = { names: ['tile.warm'], run }

async function run(ground: Ground) {
  const country = await ground.country()
  const batch = await country.place.open('batch')
  const of = await anyRun(batch, country).finally(() => batch.close())
  const { z, x, y } = benchTiles().at(-1)!
  const { ours, tile } = await withServer(country.place, async (server) => {
    const url = `${server.url}/tiles/${of.id}/cells/${z}/${x}/${y}.mvt`
    return { tile: await packed(url), ours: await load(url) }
  })
  tell(`tile.warm: ${tile.length} bytes packed, ${gunzipSync(tile).length} unpacked`)
  const floor = await withFloorServer(async (url) => {
    await fetch(`${url}/tile`, { method: 'PUT', headers: BYTES, body: new Uint8Array(tile) })
    return load(`${url}/tile`)
  })
  return [resultOf('tile.warm', ours, floor, 'req/s', ours / floor)]
}

const BYTES = { 'content-type': 'application/octet-stream' }

async function load(url: string): Promise<number> {
  const options = { url, connections: CONNECTIONS, headers: { 'accept-encoding': 'gzip' } }
  await rate({ ...options, duration: WARM_UP_SECONDS })
  return rate({ ...options, duration: SECONDS })
}
