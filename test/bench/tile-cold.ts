/**
 * Milliseconds for one tile without any cache, neither side packing it, against ST_AsMVT over projected hexagons with a
 * GiST index. ratio = floor / ours: 1 is as fast as PostGIS, more is faster.
 */
import { type TileAddress, TILE_BUFFER, TILE_EXTENT, boundaryOf, encodeTile, resolutionAt } from '#geo'
import type { Database } from '#store/database'
import type { RunRow } from '#store/runs'
import { VectorTile } from '@mapbox/vector-tile'
import { PbfReader } from 'pbf'
import { cellFeatures } from '../../apps/api/tiles/tile-features.js'
import { type Bench, type Ground, median, resultOf, tell } from './bench.js'
import { anyRun, benchTiles } from './tiles.js'

const ROUNDS = 6
const RESOLUTIONS = [6, 7, 8] as const

export const tileCold: Bench = { names: ['tile.cold'], run }

async function run(ground: Ground) {
  const country = await ground.country()
  const batch = await country.place.open('batch')
  const interactive = await country.place.open('interactive')
  try {
    const of = await anyRun(batch, country)
    for (const resolution of RESOLUTIONS) await makeHexagons(batch, of, resolution)
    return [await measure(interactive, of)]
  } finally {
    await batch.close()
    await interactive.close()
  }
}

async function measure(database: Database, run: RunRow) {
  const rounds: Drawn[] = []
  for (let round = 0; round < ROUNDS; round++)
    for (const tile of benchTiles()) rounds.push(await drawTwice(database, run, tile))
  const tiles = benchTiles().length
  // The first round fills PostgreSQL's memory and compiles the code.
  const measured = rounds.slice(tiles)
  const features = measured.slice(0, tiles).map((drawn) => drawn.features)
  tell(`tile.cold: ${tiles} tiles of ${Math.min(...features)} to ${Math.max(...features)} features`)
  const ours = median(measured.map((drawn) => drawn.ours))
  const floor = median(measured.map((drawn) => drawn.floor))
  return resultOf('tile.cold', ours, floor, 'ms', floor / ours)
}

interface Drawn {
  ours: number
  floor: number
  features: number
}

async function drawTwice(database: Database, run: RunRow, tile: TileAddress): Promise<Drawn> {
  const mine = await clocked(() => encoded(database, run, tile))
  const theirs = await clocked(() => asMvt(database, tile))
  return { ours: mine.ms, floor: theirs.ms, features: sameFeatures(tile, mine.bytes, theirs.bytes) }
}

async function clocked(work: () => Promise<Buffer>): Promise<{ ms: number; bytes: Buffer }> {
  const began = performance.now()
  const bytes = await work()
  return { ms: performance.now() - began, bytes }
}

const encoded = async (database: Database, run: RunRow, tile: TileAddress) =>
  encodeTile('cells', await cellFeatures(database.source.manager, run, tile))

function sameFeatures(tile: TileAddress, ours: Buffer, floor: Buffer): number {
  const count = (bytes: Buffer) => new VectorTile(new PbfReader(bytes)).layers.cells?.length ?? 0
  const [a, b] = [count(ours), count(floor)]
  if (a === b) return a
  throw new Error(`tile ${tile.z}/${tile.x}/${tile.y} has ${a} features, ST_AsMVT gives ${b}`)
}

/** The columns that a tile carries at a resolution: the verdict itself, or counts of those below. */
const columnsAt = (resolution: number) =>
  resolution === 8 ? 'class, confidence' : 'class, white, grey, black, unknown'

const table = (resolution: number) => `bench_hexagon_${resolution}`

const VERDICTS = 'SELECT cell, class, confidence FROM verdict WHERE series = $1 AND next_run IS NULL'

/** The colour here is only a property of the right size. */
const rollups = (resolution: number) => `
  SELECT cell, CASE WHEN black > 0 THEN 'black' WHEN grey > 0 THEN 'grey' ELSE 'white' END AS class,
    white, grey, black, unknown
  FROM rollup WHERE series = $1 AND next_run IS NULL AND (cell >> 52) & 15 = ${resolution}`

async function makeHexagons({ source }: Database, run: RunRow, resolution: number): Promise<void> {
  const rows = resolution === 8 ? VERDICTS : rollups(resolution)
  const cells: { h3: string }[] = await source.query(`SELECT to_hex(cell) AS h3 FROM (${rows}) AS r`, [
    run.series,
  ])
  const shapes = cells.map(({ h3 }) => ({ h3, wkt: wktOf(h3) }))
  await source.query(
    `CREATE TABLE ${table(resolution)} AS
     SELECT s.h3, ${resolution} AS res, ${columnsAt(resolution)},
       ST_Transform(ST_GeomFromText(s.wkt, 4326), 3857) AS geom
     FROM (${rows}) AS r JOIN json_to_recordset($2::json) AS s(h3 text, wkt text) ON s.h3 = to_hex(r.cell)`,
    [run.series, JSON.stringify(shapes)],
  )
  await source.query(`CREATE INDEX ON ${table(resolution)} USING gist (geom)`)
  await source.query(`VACUUM ANALYZE ${table(resolution)}`)
}

function wktOf(h3: string): string {
  const corners = boundaryOf(h3)
  return `POLYGON((${[...corners, corners[0]!].map((corner) => corner.join(' ')).join(',')}))`
}

/** Not clipped, as ours are not: a hexagon is small beside its tile. */
async function asMvt({ source }: Database, { z, x, y }: TileAddress): Promise<Buffer> {
  const resolution = resolutionAt(z)
  const rows: { tile: Buffer }[] = await source.query(
    `SELECT ST_AsMVT(t, 'cells', ${TILE_EXTENT}, 'geom') AS tile FROM (
       SELECT h3, res, ${columnsAt(resolution)},
         ST_AsMVTGeom(geom, ST_TileEnvelope($1, $2, $3), ${TILE_EXTENT}, ${TILE_BUFFER}, false) AS geom
       FROM ${table(resolution)} WHERE geom && ST_TileEnvelope($1, $2, $3, margin => ${TILE_BUFFER / TILE_EXTENT})) AS t`,
    [z, x, y],
  )
  return rows[0]!.tile
}
