/**
 * The plans of the statements that write probes, over 36 months: kept plans, made while the months were empty, never analysed or
 * full. None reads a month from end to end, and none grows with the number of months.
 */
import { cellAt, cellToSql } from '#geo'
import { openDatabase } from '#store/database'
import { type ProbeRow, ensureProbeMonths, insertProbes } from '#store/probes'
import pg from 'pg'
import type { DataSource } from 'typeorm'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { probeRow } from '../support/probe-row.js'
import { siteWithDevice } from '../support/server.js'

const MONTHS = Array.from({ length: 36 }, (_, n) => new Date(Date.UTC(2023, n, 1)).toISOString().slice(0, 10))
const ROWS_PER_MONTH = 3_000

interface PlanNode {
  'Node Type': string
  'Relation Name'?: string
  'Index Cond'?: string
  Plans?: PlanNode[]
}

interface RecordedStatement {
  text: string
  values: unknown[]
}

let database: TestDatabase
let device: string
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await siteWithDevice(database)
  ;[{ id: device }] = await database.source.query('SELECT id FROM device')
  await ensureProbeMonths(database.source.manager, MONTHS)
}, 240_000)
afterAll(() => database.drop())

const rowAt = (at: number): ProbeRow => probeRow(at, device)

/** What one delivery of new probes and of old ones, which the device does not remember, asks the database. */
async function statementsOf(source: DataSource): Promise<RecordedStatement[]> {
  const query = vi.spyOn(pg.Client.prototype, 'query')
  const now = Date.UTC(2025, 11, 15)
  await insertProbes(source, [rowAt(now)])
  query.mockClear()
  await insertProbes(source, [rowAt(now + 60_000), rowAt(now - 400 * 86_400_000)])
  const calls = query.mock.calls as unknown as [string | { text: string }, unknown[]?][]
  query.mockRestore()
  return calls.map(([first, values = []]) => ({
    text: typeof first === 'string' ? first : first.text,
    values,
  }))
}

/** The statements with parameters as kept plans of one session, in a transaction that begins as theirs does. */
async function explain(client: pg.Client, statements: readonly RecordedStatement[]): Promise<PlanNode[]> {
  const plans: PlanNode[] = []
  for (const [n, { text, values }] of statements.entries()) {
    if (values.length === 0) continue
    const literals = values.map((value) => literalOf(client, value)).join(', ')
    await client.query(`BEGIN; SET LOCAL plan_cache_mode = force_generic_plan`)
    for (const begin of statements.filter((one) => one.text.startsWith('BEGIN')))
      await client.query(begin.text.replace('BEGIN;', ''))
    const exists = await client.query('SELECT 1 FROM pg_prepared_statements WHERE name = $1', [`s${n}`])
    if (exists.rowCount === 0) await client.query(`PREPARE s${n} AS ${text}`)
    const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE s${n}(${literals})`)
    plans.push(rows[0]['QUERY PLAN'][0].Plan as PlanNode)
    await client.query('ROLLBACK')
  }
  return plans
}

/** Without a type, so that it takes that of its parameter. */
const literalOf = (client: pg.Client, value: unknown): string =>
  client.escapeLiteral(
    Array.isArray(value) ? `{${value.map((one) => JSON.stringify(String(one))).join(',')}}` : String(value),
  )

const nodesOf = (plan: PlanNode): PlanNode[] => [plan, ...(plan.Plans ?? []).flatMap(nodesOf)]

/** A table that is read without a condition on the first column of an index is read whole, even where it is read by that index. */
const isReadWhole = (node: PlanNode): boolean => {
  const table = node['Relation Name'] ?? ''
  if (!/^(probe|device)/.test(table)) return false
  if (node['Node Type'] === 'Seq Scan') return true
  if (!node['Node Type'].startsWith('Index')) return false
  return !(node['Index Cond'] ?? '').includes(/^probe_\d/.test(table) ? 'cell = ' : 'id = ')
}

const wholeReads = (plans: readonly PlanNode[]): string[] =>
  plans
    .flatMap(nodesOf)
    .filter(isReadWhole)
    .map((node) => node['Relation Name']!)

describe('no statement that writes probes reads a table from end to end', () => {
  let statements: RecordedStatement[]
  let client: pg.Client
  beforeAll(async () => {
    const { source, close } = await openDatabase({
      url: database.env.DATABASE_URL,
      dataDir: '',
      purpose: 'interactive',
    })
    statements = await statementsOf(source)
    await close()
  }, 120_000)
  beforeEach(async () => {
    client = new pg.Client(database.env.DATABASE_URL!)
    await client.connect()
  })
  afterEach(() => client.end())

  const fill = () =>
    database.source.query(
      `INSERT INTO probe (cell, measured_at, id, received_at, lat, lng, outcome, flags, counted, device_id, site_code)
       SELECT $1::bigint + n % 500, m + n * interval '10 minutes', gen_random_uuid(), m, 34, -6, 'ok', '{}', true,
         gen_random_uuid(), 'S1'
       FROM unnest($2::timestamptz[]) AS m, generate_series(1, ${ROWS_PER_MONTH}) AS n`,
      [cellToSql(cellAt(34, -6)), MONTHS.map((month) => `${month}T00:00:00Z`)],
    )

  test('the delivery asked what it is meant to ask', () => {
    const texts = statements.map(({ text }) => text).join('\n')
    for (const part of [
      /INSERT INTO probe_ledger/,
      /FOR NO KEY UPDATE/,
      /JOIN LATERAL/,
      /UPDATE device/,
      /INSERT INTO probe /,
    ])
      expect(texts).toMatch(part)
  })

  test('over months that were never analysed', async () => {
    expect(wholeReads(await explain(client, statements))).toEqual([])
  })

  test('planned over empty, analysed months, and kept while they fill', { timeout: 240_000 }, async () => {
    await database.source.query('DELETE FROM probe')
    await database.source.query('VACUUM ANALYZE')
    expect(wholeReads(await explain(client, statements))).toEqual([])
    await fill()
    expect(wholeReads(await explain(client, statements))).toEqual([])
  })

  test('over full, analysed months', { timeout: 240_000 }, async () => {
    await fill()
    await database.source.query('VACUUM ANALYZE')
    expect(wholeReads(await explain(client, statements))).toEqual([])
  })

  test('of 36 months only those around the probes are opened', async () => {
    const plans = await explain(client, statements)
    const months = plans.flatMap(nodesOf).filter((node) => node['Relation Name']?.startsWith('probe_20'))
    // A probe of December 2025 is remembered; one of November 2024 is looked up in its month.
    expect(new Set(months.map((node) => node['Relation Name']))).toEqual(new Set(['probe_2024_11']))
  })
})
