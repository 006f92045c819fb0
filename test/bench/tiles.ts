/** The run that tiles are drawn of, and addresses of tiles full of its cells. */
import { type TileAddress, envelopeOf } from '#geo'
import { type Database } from '#store/database'
import { type RunRow, listRuns } from '#store/runs'
import { CENTRE, type Country, MA_FLOOR, freshRun } from './country.js'

export async function anyRun(database: Database, country: Country): Promise<RunRow> {
  const page = { rule: MA_FLOOR.id, before: 2 ** 31 - 1, limit: 1 }
  const [run] = await listRuns(database.source.manager, page)
  return run ?? freshRun(database, country)
}

/** How many tiles of each zoom: the cells' disk is 150 km wide, so only a few coarse tiles touch it. */
const WANTED: Readonly<Record<number, number>> = { 8: 4, 9: 6, 10: 8, 11: 12 }

/** 30 distinct tiles, those nearest to the centre of the cells first. */
export const benchTiles = (): TileAddress[] =>
  Object.entries(WANTED).flatMap(([z, count]) => nearest(Number(z), count))

/** Tiles to each side that are looked at. */
const REACH = 4

function nearest(z: number, count: number): TileAddress[] {
  const middle = tileAt(z)
  const found: TileAddress[] = []
  for (let dx = -REACH; dx <= REACH; dx++)
    for (let dy = -REACH; dy <= REACH; dy++) found.push({ z, x: middle.x + dx, y: middle.y + dy })
  return found.sort((a, b) => distance(a) - distance(b)).slice(0, count)
}

/** The tile of the centre, by the formula of web mercator. */
function tileAt(z: number): TileAddress {
  const sin = Math.sin((CENTRE.lat * Math.PI) / 180)
  const x = CENTRE.lng / 360 + 0.5
  const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)
  return { z, x: Math.floor(x * 2 ** z), y: Math.floor(y * 2 ** z) }
}

/** Degrees between the tile's middle and the centre, roughly. */
function distance(tile: TileAddress): number {
  const { west, east, south, north } = envelopeOf(tile)
  return Math.hypot((west + east) / 2 - CENTRE.lng, (south + north) / 2 - CENTRE.lat)
}
