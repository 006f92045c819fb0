/** Which platforms sites carry: the statement against the pure function, what is computed again, what is counted. */
import {
  type LineProbe,
  SHIPPED_CATALOGUE,
  carriesOfLine,
  lineFiguresOf,
  siteStateOf,
} from '#domain/platform'
import { type OUTCOMES, columnsOf } from '#domain/probe'
import { DAY_MS, HOUR_MS } from '#domain/units'
import { cellAt, cellToSql, centreOf } from '#geo'
import { seedShippedCatalogue } from '#store/platforms'
import {
  countSitePlatforms,
  currentCatalogue,
  figureWindow,
  lineFigures,
  listCatalogues,
  listSiteLines,
  refreshSitePlatforms,
  saveCatalogue,
} from '#store/platforms'
import { type ProbeRow, ensureProbeMonths, flagImplausible } from '#store/probes'
import { upsertSites } from '#store/sites'
import fc from 'fast-check'
import { gridDisk } from 'h3-js'
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { insertAsGiven } from './oracle.js'

/** The clock goes back on 15 February 2026 and forward on 22 March. */
const NOW = new Date('2026-04-01T12:00:00Z')
const CELLS = gridDisk(cellAt(34.01, -6.83), 1)
/** Two sites in one cell, others alone; the last measured nothing. */
const SITES = [0, 0, 1, 2, 3].map((cell, n) => ({ code: `S-${n}`, h3: CELLS[cell]! }))
const { evidence, platforms } = SHIPPED_CATALOGUE

const measured = fc.record({
  site: fc.nat(SITES.length - 2),
  // Some before the window.
  ago: fc.integer({ min: 1, max: 95 * 24 * 60 }),
  operator: fc.option(fc.constantFrom('iam', 'inwi'), { freq: 8 }),
  technology: fc.option(fc.constantFrom('4g' as const, 'fibre' as const), { freq: 8 }),
  outcome: fc.constantFrom<(typeof OUTCOMES)[number]>('ok', 'ok', 'ok', 'ok', 'no_service', 'failed'),
  download: fc.option(fc.integer({ min: 0, max: 60e6 }), { freq: 8 }),
  upload: fc.option(fc.integer({ min: 0, max: 12e6 }), { freq: 8 }),
  latency: fc.option(fc.double({ min: 1, max: 200, noNaN: true }), { freq: 8 }),
  loss: fc.option(fc.double({ min: 0, max: 0.03, noNaN: true })),
  counted: fc.constantFrom(true, true, true, true, false),
  // Measured elsewhere by the site's device.
  away: fc.constantFrom(false, false, false, false, true),
})

function probesOf(count: number, seed: number): ProbeRow[] {
  return fc.sample(measured, { numRuns: count, seed }).map((one): ProbeRow => {
    const h3 = one.away ? CELLS[6]! : SITES[one.site]!.h3
    const [lng, lat] = centreOf(h3)
    const isOk = one.outcome === 'ok'
    return {
      ...columnsOf({
        id: randomUUID(),
        measuredAt: new Date(NOW.getTime() - one.ago * 60_000).toISOString(),
        technology: one.technology,
        operator: one.operator,
        outcome: one.outcome,
        downloadBps: isOk ? one.download : null,
        uploadBps: isOk ? one.upload : null,
        latencyMs: isOk ? one.latency : null,
        lossRatio: isOk ? one.loss : null,
      }),
      cell: cellToSql(h3),
      device_id: null,
      site_code: SITES[one.site]!.code,
      lat,
      lng,
      raw: null,
      flags: [],
      counted: one.counted,
      device_measured_at: null,
    }
  })
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun']
const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Africa/Casablanca',
  weekday: 'short',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  hourCycle: 'h23',
})

function localOf(at: number): Pick<LineProbe, 'day' | 'weekday' | 'hour'> {
  const part = Object.fromEntries(clock.formatToParts(at).map(({ type, value }) => [type, value]))
  return {
    day: `${part['year']}-${part['month']}-${part['day']}`,
    weekday: WEEKDAYS.indexOf(part['weekday']!) + 1,
    hour: Number(part['hour']),
  }
}

/** The probes of a site as the pure function takes them: of its own cell, counted, in the window. */
function lineProbes(
  rows: readonly ProbeRow[],
  site: (typeof SITES)[number],
  flagged: string | null,
): LineProbe[] {
  const { from, to } = figureWindow(evidence, NOW)
  const within = rows.filter(
    (row) =>
      row.counted &&
      row.id !== flagged &&
      row.site_code === site.code &&
      row.cell === cellToSql(site.h3) &&
      Date.parse(row.measured_at) >= from.getTime() &&
      Date.parse(row.measured_at) < to.getTime(),
  )
  return within.map((row) => ({
    operator: row.operator,
    technology: row.technology,
    outcome: row.outcome,
    downloadBps: row.download_bps,
    uploadBps: row.upload_bps,
    latencyMs: row.latency_ms,
    lossRatio: row.loss_ratio,
    ...localOf(Date.parse(row.measured_at)),
  }))
}

const sorted = <T extends { operator: string | null; technology: string | null }>(lines: readonly T[]) =>
  lines.toSorted((a, b) => (`${a.operator} ${a.technology}` < `${b.operator} ${b.technology}` ? -1 : 1))

describe.each(ENGINES)('platforms of sites on %s', (engine) => {
  let database: TestDatabase
  let rows: ProbeRow[]
  let flagged: string
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const { source } = database
    await ensureProbeMonths(source.manager, [
      '2025-12-01',
      '2026-01-01',
      '2026-02-01',
      '2026-03-01',
      '2026-04-01',
    ])
    await upsertSites(
      source.manager,
      SITES.map(({ code, h3 }, n) => {
        const [lng, lat] = centreOf(h3)
        const communeCode = n === 3 ? '02.051.01.01' : '01.051.01.01'
        return {
          code,
          name: code,
          type: n === 2 ? ('school' as const) : ('council' as const),
          communeCode,
          lat,
          lng,
        }
      }),
      { author: 'test', simulated: false },
    )
    rows = probesOf(900, 7)
    await insertAsGiven(source, rows)
    const counted = rows.find(
      (row) =>
        row.counted && row.site_code === 'S-0' && row.outcome === 'ok' && row.cell === cellToSql(CELLS[0]!),
    )!
    flagged = counted.id
    await flagImplausible(source, flagged, 'test', 'antenna under repair')
  })
  afterAll(() => database.drop())

  test('the statement gives the figures of the pure function, to the last digit', async () => {
    const sites = SITES.map(({ code, h3 }) => ({ code, cell: cellToSql(h3) }))
    const figures = await lineFigures(database.source.manager, sites, evidence, figureWindow(evidence, NOW))
    expect([...figures.keys()].toSorted()).toEqual(SITES.slice(0, -1).map(({ code }) => code))
    for (const site of SITES.slice(0, -1)) {
      const expected = lineFiguresOf(lineProbes(rows, site, flagged), evidence)
      expect(expected.length).toBeGreaterThan(3)
      expect(sorted(figures.get(site.code)!)).toEqual(sorted(expected))
    }
  })

  const statesByHand = (site: (typeof SITES)[number]) => {
    const answers = lineFiguresOf(lineProbes(rows, site, flagged), evidence).map((line) =>
      carriesOfLine(line, SHIPPED_CATALOGUE),
    )
    return platforms.map((_, i) => siteStateOf(answers.map((line) => line[i]!.state)))
  }

  test('sites are judged once, and again when a device measured, the catalogue changed or a day passed', async () => {
    const { source } = database
    expect(await refreshSitePlatforms(source, NOW)).toBe(SITES.length)
    expect(await refreshSitePlatforms(source, NOW)).toBe(0)
    await source.query(
      `INSERT INTO device (site_code, token_hash, created_by, last_measured_at) VALUES ('S-1', '\\x01', 'test', $1)`,
      [NOW],
    )
    expect(await refreshSitePlatforms(source, NOW)).toBe(1)
    expect(await refreshSitePlatforms(source, new Date(NOW.getTime() + DAY_MS - HOUR_MS))).toBe(0)
    expect(await refreshSitePlatforms(source, new Date(NOW.getTime() + DAY_MS))).toBe(SITES.length)
    expect(await refreshSitePlatforms(source, NOW)).toBe(0)
    const stop = AbortSignal.abort()
    await source.query('DELETE FROM site_platforms')
    expect(await refreshSitePlatforms(source, NOW, stop)).toBe(0)
    expect(await refreshSitePlatforms(source, NOW)).toBe(SITES.length)
  })

  test.each<{ area: string | null; type: string | null; codes: string[] }>([
    { area: null, type: null, codes: ['S-0', 'S-1', 'S-2', 'S-3', 'S-4'] },
    { area: '01.051', type: null, codes: ['S-0', 'S-1', 'S-2', 'S-4'] },
    { area: '02', type: null, codes: ['S-3'] },
    { area: null, type: 'school', codes: ['S-2'] },
    { area: '02', type: 'school', codes: [] },
    // It begins with the same digits and is another area.
    { area: '01.05', type: null, codes: [] },
  ])('sites of $area and type $type are counted by platform, each once', async ({ area, type, codes }) => {
    const db = database.source.manager
    const selection = { area, type }
    const counts = await countSitePlatforms(db, selection, platforms)
    const states = SITES.filter(({ code }) => codes.includes(code)).map(statesByHand)
    const count = (i: number, state: string) => states.filter((ofSite) => ofSite[i] === state).length
    expect(counts.items).toEqual(
      platforms.map(({ id }, i) => ({
        platform: id,
        carries: count(i, 'carries'),
        offPeak: count(i, 'off_peak'),
        fails: count(i, 'fails'),
        unknown: count(i, 'unknown'),
      })),
    )
    expect(counts).toMatchObject({
      sites: codes.length,
      measured: codes.filter((code) => code !== 'S-4').length,
    })
    expect((await listSiteLines(db, selection, 10)).map(({ code }) => code)).toEqual(codes)
  })

  test('a catalogue is a new version, by its author; one that was read before another change is refused', async () => {
    const { source } = database
    await seedShippedCatalogue(source)
    const first = await currentCatalogue(source.manager)
    expect(first).toMatchObject({ version: 1, author: 'setup', ...SHIPPED_CATALOGUE })
    const catalogue = { evidence: { ...evidence, minDays: 2 }, platforms: platforms.slice(0, 3) }
    const write = { base: 1, author: 'leila', comment: 'the ministry decided' }
    expect(await saveCatalogue(source, catalogue, write)).toMatchObject({
      saved: { version: 2, ...catalogue },
    })
    expect(await saveCatalogue(source, catalogue, write)).toEqual({ current: 2 })
    const versions = await listCatalogues(source.manager, { before: 10, limit: 10 })
    expect(versions.map(({ version, author }) => [version, author])).toEqual([
      [2, 'leila'],
      [1, 'setup'],
    ])
    const log = await source.query(
      `SELECT author, subject, detail FROM change WHERE action = 'save platforms'`,
    )
    expect(log).toMatchObject([
      { author: 'leila', subject: 'version 2', detail: { before: { evidence }, after: catalogue } },
    ])
    expect(await refreshSitePlatforms(source, NOW)).toBe(SITES.length)
    const counts = await countSitePlatforms(source.manager, { area: null, type: null }, catalogue.platforms)
    expect(counts.items).toHaveLength(3)
  })
})
