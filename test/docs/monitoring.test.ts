/** The dashboard and the alert rules name what the server really tells, and every figure says its unit. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, siteWithDevice } from '../support/server.js'

const ALERTS = 'docs/deploy/taghtiya-alerts.yml'
const DASHBOARD = 'docs/deploy/grafana-dashboard.json'

interface Dashboard {
  panels: { id: number; title: string; targets: { expr: string }[] }[]
}

let database: TestDatabase
let server: TestServer
let text: string
beforeAll(async () => {
  database = await freshDatabase('embedded')
  await siteWithDevice(database)
  server = await serve(database, { dataDir: '.' })
  await (await fetch(`${server.url}/health/live`)).text()
  text = await metrics()
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

const metrics = async () => (await fetch(`${server.url}/metrics`)).text()
const panels = () => (JSON.parse(readFileSync(DASHBOARD, 'utf8')) as Dashboard).panels
const alertRules = () =>
  [...readFileSync(ALERTS, 'utf8').matchAll(/^ {6}- alert: (\w+)\n {8}expr: (.+)$/gm)].map(
    ([, name, expr]) => ({
      name: name!,
      expr: expr!,
    }),
  )

/** The metrics that an expression names; `_bucket`, `_sum` and `_count` belong to their histogram. */
const namesIn = (expr: string) => expr.match(/\b(?:taghtiya|process|nodejs)_\w+/g) ?? []
const told = () =>
  new Map([...text.matchAll(/^# TYPE (\S+) (\w+)$/gm)].map(([, name, type]) => [name!, type!] as const))

test.each([
  ['dashboard', () => panels().flatMap(({ targets }) => targets.map(({ expr }) => expr))],
  ['alert rules', () => alertRules().map(({ expr }) => expr)],
])('the %s name only metrics that the server tells', (_, expressions) => {
  const types = told()
  const named = expressions().flatMap(namesIn)
  expect(named.length).toBeGreaterThan(15)
  const unknown = named.filter((name) => {
    const histogram = name.replace(/_(bucket|sum|count)$/, '')
    return !types.has(name) && types.get(histogram) !== 'histogram'
  })
  expect(unknown).toEqual([])
})

test('each metric of our own is in the dashboard or in an alert, and has its unit or what it counts in its name', () => {
  const used = [
    ...panels().flatMap(({ targets }) => targets.map(({ expr }) => expr)),
    ...alertRules().map(({ expr }) => expr),
  ]
    .flatMap(namesIn)
    .join(' ')
  const own = [...told().keys()].filter((name) => name.startsWith('taghtiya_'))
  expect(own.length).toBeGreaterThan(20)
  expect(own.filter((name) => !used.includes(name))).toEqual(['taghtiya_job_rows', 'taghtiya_job_runs'])
  const units =
    /_(seconds|bytes|total|rows|cells|months|workers|devices|records|messages|connections|requests|processes|restarts|runs|failures)$/
  expect(own.filter((name) => !units.test(name))).toEqual([])
  // Prometheus sums up what is named a total.
  expect(own.filter((name) => name.endsWith('_total')).map((name) => told().get(name))).not.toContain('gauge')
})

test('every panel stands alone in its place, and no rule is named twice', () => {
  expect(new Set(panels().map(({ id }) => id)).size).toBe(panels().length)
  const rules = alertRules().map(({ name }) => name)
  expect(rules.length).toBe(readFileSync(ALERTS, 'utf8').split('- alert:').length - 1)
  expect(new Set(rules).size).toBe(rules.length)
})

test('Prometheus accepts the rules', () => {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'rules', ALERTS], {
    encoding: 'utf8',
  })
  if (error) return console.log('skipped: promtool is not installed')
  expect({ status, text: stdout + stderr }).toMatchObject({ status: 0 })
})

test('figures that nobody has measured are left out, and those that are known stand there', () => {
  expect(text).toMatch(/^taghtiya_devices 1$/m)
  expect(text).toMatch(/^taghtiya_silent_devices\{days="30"\} 0$/m)
  expect(text).not.toMatch(/^taghtiya_newest_probe_age_seconds /m)
  expect(text).toMatch(/^taghtiya_pool_max_connections\{pool="interactive"\} \d+$/m)
  expect(text).toMatch(/^taghtiya_pool_connections\{pool="interactive",state="idle"\} \d+$/m)
  // The statements of the metrics themselves are not counted.
  expect(text).toMatch(/^taghtiya_pool_waiting_requests\{pool="interactive"\} 0$/m)
  expect(text).toMatch(/^taghtiya_database_size_bytes [1-9]\d{6,}$/m)
  expect(text).toMatch(/^taghtiya_data_dir_free_bytes [1-9]\d+$/m)
  expect(text).toMatch(
    /^taghtiya_request_duration_seconds_count\{method="GET",route="\/health\/live",status="200"\} 1$/m,
  )
})

test('whoever asks again at once costs the database nothing but the count of workers', async () => {
  const asked: string[] = []
  const { manager } = database.source
  const query = manager.query.bind(manager)
  manager.query = (async (sql: string, parameters?: unknown[]) => {
    asked.push(sql)
    return query(sql, parameters)
  }) as never
  await metrics()
  await metrics()
  manager.query = query
  expect(asked.filter((sql) => !/FROM lease/.test(sql))).toEqual([])
})
