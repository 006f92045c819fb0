/**
 * Seconds until the totals and every tile of the national map are there for a moved threshold, on a million cells.
 * floor: counting the cells by class. ratio = ours / floor: smaller is better.
 */
import { thresholdStepsAround } from '#domain/verdict'
import {
  MAX_ZOOM,
  WORKING_RESOLUTION,
  cellAt,
  cellToSql,
  encodeTile,
  envelopeOf,
  rangesCovering,
  resolutionAt,
} from '#geo'
import { type Database } from '#store/database'
import { type RunRow, findRun } from '#store/runs'
import { countsAtSteps, parentsInRanges } from '#store/verdicts'
import { gridDisk } from 'h3-js'
import { hexagonFeatures } from '../../apps/api/tiles/tile-features.js'
import { type Bench, type Ground, type Result, median, resultOf, tell, timed } from './bench.js'
import { CENTRE } from './country.js'

export const CELLS = 1_000_000
const ROUNDS = 5
/** The whole country in four to six tiles. */
const ZOOM = 5

export const whatIf: Bench = { names: ['whatif'], run }

async function run(ground: Ground): Promise<Result[]> {
  const place = await ground.database('what_if')
  const batch = await place.open('batch')
  const run = await fill(batch).finally(() => batch.close())
  const database = await place.open('interactive')
  try {
    const tiles = tilesOf()
    const [ours, floor]: [number[], number[]] = [[], []]
    for (let round = 0; round <= ROUNDS; round++) {
      const threshold = 3e6 + round * 1e6
      const [a, b] = [
        await timed(() => moved(database, run, threshold, tiles)),
        await timed(() => bare(database, run)),
      ]
      // The first round reads the pages into memory.
      if (round === 0) continue
      ours.push(a / 1000)
      floor.push(b / 1000)
    }
    tell(`whatif: ${tiles.length} tiles and the totals of ${CELLS} cells`)
    return [resultOf('whatif', median(ours), median(floor), 's', median(ours) / median(floor))]
  } finally {
    await database.close()
  }
}

async function moved(
  { source }: Database,
  run: RunRow,
  threshold: number,
  tiles: ReturnType<typeof tilesOf>,
) {
  const steps = thresholdStepsAround('download', threshold)!
  const resolution = resolutionAt(ZOOM)
  await Promise.all([
    countsAtSteps(source.manager, run, 'download', steps),
    ...tiles.map(async (tile) => {
      const ranges = rangesCovering(envelopeOf(tile), resolution, WORKING_RESOLUTION)
      const at = { metric: 'download' as const, step: steps.lax, resolution }
      return encodeTile(
        'cells',
        hexagonFeatures(await parentsInRanges(source.manager, run, at, ranges), tile),
      )
    }),
  ])
}

const bare = ({ source }: Database, { series }: RunRow) =>
  source.query('SELECT class, count(*) FROM verdict WHERE series = $1 AND next_run IS NULL GROUP BY class', [
    series,
  ])

function tilesOf() {
  const n = 2 ** ZOOM
  const x = (lng: number) => Math.floor(((lng + 180) / 360) * n)
  const y = (lat: number) =>
    Math.floor((0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI)) * n)
  const tiles: { z: number; x: number; y: number }[] = []
  for (let i = x(-10); i <= x(-1); i++)
    for (let j = y(36); j <= y(29); j++) tiles.push({ z: Math.min(ZOOM, MAX_ZOOM), x: i, y: j })
  return tiles
}

const CHUNK = 50_000

/** Verdicts as a run leaves them, with steps by chance; no probes: the question does not touch them. */
/** A million cells with made-up verdicts: no probes, for benches that only read. */
export async function fill({ source }: Database): Promise<RunRow> {
  const cells = gridDisk(cellAt(CENTRE.lat, CENTRE.lng), 577).slice(0, CELLS)
  const [{ id }] = await source.query(
    `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey, black, unknown, created_by)
     SELECT 'ma-floor', 2, 1, true, now() - interval '1 year', now(), now(), '', 0, 0, 0, 0, 'bench' RETURNING id`,
  )
  for (let i = 0; i < cells.length; i += CHUNK)
    await source.query(
      `INSERT INTO verdict (series, cell, first_run, class, confidence, ladder)
       SELECT 1, cell, $2, 'grey', 0.9, black | (least(14, black + (random() * 4)::integer) << 4) | (least(15, black + (random() * 9)::integer) << 8)
       FROM (SELECT cell, (random() * 6)::integer AS black FROM unnest($1::bigint[]) AS cell) AS c`,
      [cells.slice(i, i + CHUNK).map(cellToSql), id],
    )
  await source.query('VACUUM ANALYZE verdict')
  return (await findRun(source.manager, id))!
}
