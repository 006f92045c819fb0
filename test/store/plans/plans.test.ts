/**
 * The plans of hot statements over 36 months of probes: while the tables are empty, once they are filled and nobody has
 * analysed them, with statistics from before they were filled, and with their own. A plan that is kept must not read a large
 * table whole in any of these.
 */
import { SHIPPED_RULES } from '#domain/rule'
import { cellAt, cellToSql, centreOf, rangesOfBoxes } from '#geo'
import type { Statement } from '#store/database'
import { ensureProbeMonths } from '#store/probes'
import type { RunRow } from '#store/runs'
import { gridDisk } from 'h3-js'
import type { EntityManager } from 'typeorm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../../support/database.js'
import { genericPlanOf, wholeReadsOf } from './explain.js'
import { HOT_STATEMENTS, type HotContext } from './hot-statements.js'

const LARGE_TABLES = /^(probe(_\d+_\d+)?|evidence|verdict|coverage|measured_site)$/
/** Statements that ask of each probe for its site: to hash all sites for that takes longer than the page. */
const ASKS_FOR_SITES =
  /^(probes\b|features: (one )?probe|features: slow|measurements|profile|public series|whether)/
const MONTHS = Array.from({ length: 36 }, (_, n) =>
  new Date(Date.UTC(2024, 6 + n, 1)).toISOString().slice(0, 10),
)

/** About 3,000 cells. */
const CELLS = gridDisk(cellAt(33.9, -5.5), 31)
const H3 = CELLS[7]!
const [LNG, LAT] = centreOf(H3)
const BOX = { west: LNG - 0.05, south: LAT - 0.05, east: LNG + 0.05, north: LAT + 0.05 }
const RULE = SHIPPED_RULES.find((rule) => rule.default)!

const RUN: RunRow = {
  id: 1,
  series: 1,
  rule: RULE.id,
  ruleVersion: RULE.version,
  from: new Date('2025-07-01T00:00:00Z'),
  to: new Date('2026-07-01T00:00:00Z'),
  knownBefore: new Date('2026-07-01T00:00:00Z'),
  digest: '',
  createdAt: new Date('2026-07-01T00:00:00Z'),
  createdBy: 'test',
  current: true,
  counts: { white: 0, grey: 0, black: 0, unknown: 0, notMeasured: 0 },
  partial: { served: 0, noneTried: 0 },
}

const CONTEXT: HotContext = {
  run: RUN,
  h3: H3,
  cell: cellToSql(H3),
  ranges: rangesOfBoxes([BOX]),
  box: BOX,
  area: '03',
}

/** $1 the cells: 20 probes of each, a site in nine of ten, a locality in every tenth, evidence of three operators, claims of one. */
const FILL = [
  `CREATE TEMP TABLE some_cell ON COMMIT DROP AS SELECT cell, row_number() OVER () AS n FROM unnest($1::bigint[]) AS cell`,
  `INSERT INTO site (code, name, type, commune_code, lat, lng, cell, created_by)
   SELECT 'S' || n, 'site', 'school', '03.231.01.01', 33.9, -5.5, cell, 'test' FROM some_cell WHERE n % 10 > 0`,
  `INSERT INTO locality (id, name_fr, search_name, kind, population, lat, lng, cell)
   SELECT 'L' || n, 'place', 'place', 'PPL', n, 33.9, -5.5, cell FROM some_cell WHERE n % 10 = 0`,
  `INSERT INTO cell_place (cell, region_code, province_code) SELECT cell, '03', '03.231.' FROM some_cell`,
  `INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, technology, operator, outcome,
     download_bps, tool, flags, counted)
   SELECT cell, at, gen_random_uuid(), at, md5(n::text)::uuid, CASE WHEN n % 10 > 0 THEN 'S' || n END, 33.9, -5.5, '4g', 'iam',
     'ok', 1e6 * k, 'ndt7', '{}', true
   FROM some_cell, generate_series(1, 20) AS k,
     LATERAL (SELECT '2024-07-02'::timestamptz + ((n * 7 + k * 53) % 1094) * interval '1 day' AS at) AS moment`,
  `INSERT INTO measured_site SELECT cell, 'S' || n FROM some_cell WHERE n % 10 > 0`,
  `INSERT INTO verdict (series, cell, first_run, class, confidence) SELECT 1, cell, 1, 'grey', 0.9 FROM some_cell`,
  `INSERT INTO evidence (series, cell, operator, technology, first_run, samples, passes, no_service, peak_samples, weight,
     pass_weight, settled_weight, settled_pass_weight, devices, pass_devices, fail_devices, days, pass_days, fail_days,
     hours, last_measured_at, state)
   SELECT 1, cell, operator, '4g', 1, 20, 20, 0, 0, 20000, 20000, 0, 0, 1, 1, 0, 20, 20, 0, 3, now(), 'present'
   FROM some_cell, unnest('{iam,inwi,orange}'::text[]) AS operator`,
  `INSERT INTO coverage (cell, kind, operator, technology, on_date, received_at, download_bps, source)
   SELECT cell, kind, 'iam', '4g', '2026-01-01', '2026-01-02', 30e6, 'test' FROM some_cell, unnest('{declared,planned}'::text[]) AS kind`,
]

/** The statements that a function of the store runs on the database, one after another. */
async function statementsOf(db: EntityManager, name: string): Promise<Statement[]> {
  const statements: Statement[] = []
  const recording = {
    query: (sql: string, parameters: unknown[] = []) => {
      statements.push({ sql, parameters })
      return db.query(sql, parameters)
    },
  }
  await HOT_STATEMENTS[name]!(recording as EntityManager, CONTEXT)
  return statements
}

describe('plans of hot statements over 36 months', () => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    await ensureProbeMonths(database.source.manager, MONTHS)
    await database.source.query(
      `INSERT INTO run (rule_id, rule_version, series, current, valid_from, valid_to, known_before, digest, white, grey, black,
         unknown, created_by) VALUES ($1, $2, 1, true, $3, $4, $4, '', 0, 0, 0, 0, 'test')`,
      [RUN.rule, RUN.ruleVersion, RUN.from, RUN.to],
    )
    const tables: { name: string }[] = await database.source.query(
      `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '${LARGE_TABLES.source}'`,
    )
    // Else statistics could come while the test runs.
    for (const { name } of tables)
      await database.source.query(`ALTER TABLE ${name} SET (autovacuum_enabled = false)`)
  })
  afterAll(() => database.drop())

  const refill = async () => {
    await database.source.query(
      'TRUNCATE site, locality, cell_place, probe, measured_site, verdict, evidence, coverage',
    )
    await database.source.query('ANALYZE')
    await fill()
  }

  const fill = () =>
    database.source.transaction(async (tx) => {
      for (const [n, statement] of FILL.entries())
        await tx.query(statement, n === 0 ? [CELLS.map(cellToSql)] : [])
    })

  describe.each([
    ['while the tables are empty', async () => {}],
    ['once they are filled, without statistics', fill],
    ['with the statistics of empty tables', refill],
    ['with statistics', () => database.source.query('ANALYZE')],
  ] as const)('%s', (_state, prepare) => {
    beforeAll(() => prepare())

    test.each(Object.keys(HOT_STATEMENTS))('%s', async (name) => {
      const statements = await statementsOf(database.source.manager, name)
      expect(statements.length).toBeGreaterThan(0)
      for (const statement of statements) {
        const plan = await database.source.transaction((tx) => genericPlanOf(tx, statement))
        const isLarge = (table: string) =>
          LARGE_TABLES.test(table) || (table === 'site' && ASKS_FOR_SITES.test(name))
        const reads = wholeReadsOf(plan).filter((read) => isLarge(read.table))
        expect([statement.sql, reads]).toEqual([statement.sql, []])
      }
    })
  })
})
