/**
 * Seconds from a moved weight to the first 50 of 100,000 zones with their ranks and how firm they are: ours is what each
 * request costs once the factors are known. floor: scoring and sorting the zones once. ratio = ours / floor: smaller is
 * better, 200 draws of weights are the difference. How long the factors take on the first request is told beside it.
 */
import { DEFAULT_UNIT_COSTS, DEFAULT_WEIGHTS, factorTable, scoresOf } from '#domain/priority'
import { cellToSql, cellAt } from '#geo'
import { type Database } from '#store/database'
import { type RunRow, findRun } from '#store/runs'
import { factorsOfZones } from '#store/zones'
import { gridDisk } from 'h3-js'
import { rankingOf, stabilityOf } from '../../apps/api/priorities/ranking.js'
import { type Bench, type Ground, type Result, median, resultOf, tell, timed } from './bench.js'
import { CENTRE } from './country.js'

const ZONES = 100_000
const CELLS_PER_ZONE = 10
const PLACES = 40_000
const ROUNDS = 5
const SHOWN = 50

export const priorities: Bench = { names: ['priorities.rank'], run }

async function run(ground: Ground): Promise<Result[]> {
  const place = await ground.database('priorities')
  const batch = await place.open('batch')
  const run = await fill(batch).finally(() => batch.close())
  const database = await place.open('interactive')
  try {
    let zones = await factorsOfZones(database.source.manager, run)
    const first = await timed(async () => (zones = await factorsOfZones(database.source.manager, run)))
    tell(`priorities: factors of ${zones.length} zones in ${(first / 1000).toFixed(1)} s`)
    const [ours, floor]: [number[], number[]] = [[], []]
    for (let round = 0; round < ROUNDS; round++) {
      const weights = { ...DEFAULT_WEIGHTS, people: 1 + round }
      const request = { weights, unitCosts: DEFAULT_UNIT_COSTS, class: null, area: null, top: SHOWN }
      ours.push(
        await timed(async () => {
          const ranking = rankingOf(run, { zones, takenAt: new Date() }, request)
          await stabilityOf(ranking, ranking.order.slice(0, SHOWN))
        }),
      )
      floor.push(await timed(async () => scoresOf(factorTable(zones, DEFAULT_UNIT_COSTS), weights).sort()))
    }
    const [a, b] = [median(ours) / 1000, median(floor) / 1000]
    return [resultOf('priorities.rank', a, b, 's', a / b)]
  } finally {
    await database.close()
  }
}

/** Zones of ten cells, localities and sites by chance, fibre in one cell of a hundred. */
async function fill({ source }: Database): Promise<RunRow> {
  const cells = gridDisk(cellAt(CENTRE.lat, CENTRE.lng), 577)
    .slice(0, ZONES * CELLS_PER_ZONE)
    .map(cellToSql)
  const [{ id }] = await source.query(
    `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey, black, unknown, created_by)
     SELECT 'ma-floor', 2, 1, true, now() - interval '1 year', now(), now(), '', 0, 0, 0, 0, 'bench' RETURNING id`,
  )
  await source.query('CREATE TABLE bench_cell (n integer, cell bigint)')
  for (let i = 0; i < cells.length; i += 100_000)
    await source.query(
      'INSERT INTO bench_cell SELECT $1::integer + ord, cell FROM unnest($2::bigint[]) WITH ORDINALITY AS c(cell, ord)',
      [i - 1, cells.slice(i, i + 100_000)],
    )
  await source.query(
    `INSERT INTO zone (series, id, first_run, class, region_code, cell_count, cells, geom)
     SELECT 1, $1::integer || '-' || to_hex(min(cell)), $1, CASE WHEN random() < 0.5 THEN 'white' ELSE 'grey' END, '03',
       count(*), array_agg(cell ORDER BY cell), ST_Multi(ST_MakeEnvelope(-6, 33, -5.9, 33.1, 4326))
     FROM bench_cell GROUP BY n / ${CELLS_PER_ZONE}`,
    [id],
  )
  const some = `FROM (SELECT cell FROM bench_cell ORDER BY random() LIMIT ${PLACES}) AS c`
  await source.query(
    `INSERT INTO locality (id, name_fr, search_name, kind, population, lat, lng, cell)
     SELECT 'B' || row_number() OVER (), 'Douar', 'douar', 'PPL', (random() * 2000)::integer, 33, -6, cell ${some}`,
  )
  await source.query(
    `INSERT INTO site (code, name, type, commune_code, lat, lng, cell, technology, created_by)
     SELECT 'B' || row_number() OVER (), 'Site', (ARRAY['school', 'health_centre', 'council'])[1 + (random() * 2)::integer], '03',
       33, -6, cell, CASE WHEN random() < 0.25 THEN 'fibre' END, 'bench' ${some}`,
  )
  await source.query('VACUUM ANALYZE zone')
  return (await findRun(source.manager, id))!
}
