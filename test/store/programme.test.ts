/** The programme in the database: lines with all versions, and the board against the pure functions. */
import {
  DEVICE_STATES,
  FUNNEL_STEPS,
  type LineRecord,
  SHIPPED_SETTINGS,
  deviceStateOf,
  stepsOf,
} from '#domain/programme'
import { DAY_MS } from '#domain/units'
import {
  type LineImportRow,
  currentSettings,
  importLines,
  lineVersions,
  linesOfSites,
  listProgrammeSites,
  programmeBoard,
  saveLine,
  saveSettings,
  targetProgress,
} from '#store/programme'
import { upsertSites } from '#store/sites'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const NOW = new Date('2026-04-01T12:00:00Z')
const { requiredPlatforms, followUp, targets } = SHIPPED_SETTINGS
const AREAS = ['01.051.01.01', '01.051.01.02', '01.227.01.01', '02.113.01.01'] as const
const TYPES = ['council', 'school', 'health_centre'] as const

const day = fc.option(fc.constantFrom('2026-01-05', '2026-02-05', '2026-03-05'))
const generated = fc.record({
  area: fc.constantFrom(...AREAS),
  type: fc.constantFrom(...TYPES),
  hasLine: fc.boolean(),
  technology: fc.constantFrom('fibre' as const, '4g' as const, null),
  contract: fc.option(fc.constant('M-1')),
  steps: fc.tuple(day, day, day),
  /** Days since each device measured; negative: revoked, null: never measured. */
  devices: fc.array(fc.option(fc.integer({ min: -40, max: 40 }), { freq: 6 }), { maxLength: 2 }),
  carries: fc.constantFrom('all', 'some', 'none', 'unknown'),
})
const SITES = fc.sample(generated, { numRuns: 160, seed: 11 }).map((site, n) => {
  const [surveyedOn, contractedOn, installedOn] = site.steps.toSorted() as (string | null)[]
  return {
    ...site,
    code: `S-${String(n).padStart(3, '0')}`,
    surveyedOn: surveyedOn!,
    contractedOn: contractedOn!,
    installedOn: installedOn!,
  }
})
type Site = (typeof SITES)[number]

const recordOf = (site: Site): LineRecord => ({
  siteCode: site.code,
  role: 'main',
  operator: 'iam',
  technology: site.technology,
  contract: site.contract,
  surveyedOn: site.surveyedOn,
  contractedOn: site.contractedOn,
  installedOn: site.installedOn,
})

const CARRIES = { all: requiredPlatforms, some: requiredPlatforms.slice(1), none: [], unknown: [] } as const

/** What the pure functions need, from what was generated. */
function factsOf(site: Site) {
  const times = site.devices.flatMap((days) =>
    days === null ? [] : [NOW.getTime() - Math.abs(days) * DAY_MS],
  )
  return {
    line: site.hasLine ? recordOf(site) : null,
    devices: site.devices.filter((days) => days === null || days >= 0).length,
    measuredAt: times.length > 0 ? Math.max(...times) : null,
    carries: CARRIES[site.carries],
  }
}

describe.each(ENGINES)('the programme on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const { source } = database
    await upsertSites(
      source.manager,
      SITES.map(({ code, area, type }) => ({ code, name: code, type, communeCode: area, lat: 35, lng: -4 })),
      { author: 'test', simulated: false },
    )
    const rows = SITES.filter(({ hasLine }) => hasLine).map((site, i): LineImportRow => ({
      line: i + 2,
      record: recordOf(site),
      comment: null,
    }))
    const options = { author: 'leila', comment: 'list', file: 'lines.csv', now: NOW, preview: false }
    expect(await importLines(source, rows, options)).toMatchObject({ added: rows.length, refused: [] })
    for (const site of SITES) {
      for (const [i, days] of site.devices.entries())
        await source.query(
          `INSERT INTO device (site_code, token_hash, created_by, last_measured_at, revoked_at) VALUES ($1, $2, 'test', $3, $4)`,
          [
            site.code,
            Buffer.from(`${site.code} ${i}`),
            days === null ? null : new Date(NOW.getTime() - Math.abs(days) * DAY_MS),
            days !== null && days < 0 ? NOW : null,
          ],
        )
      if (site.carries === 'unknown') continue
      const fails = requiredPlatforms.filter(
        (id) => !(CARRIES[site.carries] as readonly string[]).includes(id),
      )
      await source.query(
        `INSERT INTO site_platforms (site_code, catalogue_version, lines, carries, off_peak, fails, computed_at)
         VALUES ($1, 1, '[]', $2, '{}', $3, $4)`,
        [site.code, CARRIES[site.carries], fails, NOW],
      )
    }
  })
  afterAll(() => database.drop())

  test.each([
    { by: 'region', area: null, type: null, keyOf: ({ area }: Site) => area.slice(0, 2) },
    { by: 'province', area: '01', type: null, keyOf: ({ area }: Site) => area.slice(0, 6) },
    { by: 'commune', area: '01.051', type: 'school', keyOf: ({ area }: Site) => area },
    { by: 'type', area: null, type: null, keyOf: ({ type }: Site) => type },
  ] as const)(
    'the board by $by in $area counts as the pure functions do',
    async ({ by, area, type, keyOf }) => {
      const selected = SITES.filter(
        (site) =>
          (area === null || site.area.startsWith(`${area}.`)) && (type === null || site.type === type),
      )
      const keys = [...new Set(selected.map(keyOf))].toSorted()
      const rows = await programmeBoard(database.source.manager, SHIPPED_SETTINGS, {
        by,
        area,
        type,
        now: NOW,
      })
      expect(rows.map(({ key }) => key).toSorted()).toEqual(keys)
      for (const row of rows) {
        const sites = selected.filter((site) => keyOf(site) === row.key)
        const count = (condition: (site: Site) => boolean) => sites.filter(condition).length
        const stateOf = (site: Site) => deviceStateOf(factsOf(site), followUp, NOW.getTime())
        const reached = (site: Site) => stepsOf(factsOf(site), SHIPPED_SETTINGS, NOW.getTime())
        for (const step of FUNNEL_STEPS)
          expect([step, row.steps[step]]).toEqual([step, count((site) => reached(site)[step])])
        for (const state of DEVICE_STATES)
          expect([state, row.devices[state]]).toEqual([state, count((site) => stateOf(site) === state)])
        expect(row.carriesNot).toBe(count(({ carries }) => carries === 'some' || carries === 'none'))
        expect(row.contractsStored).toBe(count((site) => site.hasLine && site.contract !== null))
        expect(row.measuredNotInstalled).toBe(
          count((site) => reached(site).measured && !reached(site).installed),
        )
        expect(row.withDevice).toBe(count((site) => factsOf(site).devices > 0))
        expect(row.reporting).toBe(
          count((site) => {
            const { devices, measuredAt } = factsOf(site)
            return devices > 0 && measuredAt !== null && NOW.getTime() - measuredAt <= 7 * DAY_MS
          }),
        )
      }
    },
  )

  test('targets count the sites of their types and technologies', async () => {
    const progress = await targetProgress(database.source.manager, SHIPPED_SETTINGS, NOW)
    const installed = SITES.filter((site) => site.hasLine && site.installedOn !== null)
    expect(progress.map(({ id, sites, reached }) => [id, sites, reached])).toEqual([
      ['fibre-sites', 6_300, installed.filter(({ technology }) => technology === 'fibre').length],
      ['communities', 1_590, installed.filter(({ type }) => type === 'council').length],
    ])
    expect(await targetProgress(database.source.manager, { ...SHIPPED_SETTINGS, targets: [] }, NOW)).toEqual(
      [],
    )
  })

  test('the follow-up list has the sites of a state, page by page, and those that miss a step', async () => {
    const db = database.source.manager
    const query = { area: null, type: null, device: null, missing: null, after: '', limit: 1_000, now: NOW }
    const all = await listProgrammeSites(db, SHIPPED_SETTINGS, query)
    expect(all.map(({ code }) => code)).toEqual(SITES.map(({ code }) => code))
    for (const [i, site] of SITES.entries()) {
      const facts = factsOf(site)
      expect(all[i]).toMatchObject({
        device: deviceStateOf(facts, followUp, NOW.getTime()),
        steps: stepsOf(facts, SHIPPED_SETTINGS, NOW.getTime()),
        line: facts.line,
      })
    }
    for (const device of DEVICE_STATES) {
      const listed = await listProgrammeSites(db, SHIPPED_SETTINGS, { ...query, device })
      expect(listed).toEqual(all.filter((site) => site.device === device))
      expect(listed.length).toBeGreaterThan(0)
    }
    const missing = await listProgrammeSites(db, SHIPPED_SETTINGS, { ...query, missing: 'installed' })
    expect(missing).toEqual(all.filter(({ steps }) => !steps.installed))
    const [first, second] = [
      await listProgrammeSites(db, SHIPPED_SETTINGS, { ...query, limit: 10 }),
      all.slice(10, 20),
    ]
    expect(
      await listProgrammeSites(db, SHIPPED_SETTINGS, { ...query, limit: 10, after: first.at(-1)!.code }),
    ).toEqual(second)
  })

  test('a line has versions with author and reason; one that was read before another change is refused', async () => {
    const { source } = database
    const line: LineRecord = {
      ...recordOf(SITES[0]!),
      role: 'spare',
      technology: 'satellite_leo',
      surveyedOn: null,
      contractedOn: null,
      installedOn: null,
    }
    const by = { author: 'omar', comment: 'a spare line', now: NOW }
    expect(await saveLine(source, line, { ...by, base: null })).toEqual({ line: { ...line, version: 1 } })
    expect(await saveLine(source, line, { ...by, base: null })).toEqual({ current: 1 })
    const installed = { ...line, installedOn: '2026-04-01' }
    expect(await saveLine(source, installed, { ...by, base: 1 })).toEqual({
      line: { ...installed, version: 2 },
    })
    expect(await saveLine(source, { ...line, installedOn: '2026-04-02' }, { ...by, base: 2 })).toMatchObject({
      rejections: [{ field: 'installedOn', value: '2026-04-02' }],
    })
    const versions = (await lineVersions(source.manager, line.siteCode)).filter(
      ({ record }) => record.role === 'spare',
    )
    expect(versions.map(({ version, author, record }) => [version, author, record.installedOn])).toEqual([
      [2, 'omar', '2026-04-01'],
      [1, 'omar', null],
    ])
    const log = await source.query(`SELECT author, detail FROM change WHERE action = 'save line' ORDER BY id`)
    expect(log).toMatchObject([
      { author: 'omar', detail: { before: null, after: line } },
      { author: 'omar', detail: { before: line, after: installed } },
    ])
  })

  test('a file keeps what it has no column for, names what it refuses, and writes nothing as a preview', async () => {
    const { source } = database
    const site = SITES.find(({ hasLine, installedOn }) => hasLine && installedOn === null)!
    const record = { siteCode: site.code, role: 'main' as const, installedOn: '2026-03-31' }
    const rows: LineImportRow[] = [
      { line: 2, record, comment: 'seen on the spot' },
      { line: 3, record: { ...record, siteCode: 'NONE' }, comment: null },
      { line: 4, record: { ...record, installedOn: '2026-04-02' }, comment: null },
      { line: 5, record, comment: null },
    ]
    const options = { author: 'leila', comment: 'list of March', file: 'march.csv', now: NOW }
    const expected = {
      added: 0,
      changed: 1,
      unchanged: 1,
      refused: [
        { line: 3, code: 'NONE' },
        { line: 4, value: '2026-04-02' },
      ],
    }
    expect(await importLines(source, rows, { ...options, preview: true })).toMatchObject(expected)
    expect((await linesOfSites(source.manager, [site.code]))[0]).toMatchObject({ installedOn: null })
    expect(await importLines(source, rows, { ...options, preview: false })).toMatchObject(expected)
    const [line] = await linesOfSites(source.manager, [site.code])
    expect(line).toEqual({ ...recordOf(site), installedOn: '2026-03-31', version: 2 })
    const [newest] = await lineVersions(source.manager, site.code)
    expect(newest).toMatchObject({ version: 2, author: 'leila', comment: 'seen on the spot' })
  })

  test('settings are versions, too', async () => {
    const { source } = database
    expect(await currentSettings(source.manager)).toMatchObject({ version: 1, author: 'setup', targets })
    const settings = { ...SHIPPED_SETTINGS, targets: targets.slice(0, 1) }
    const write = { base: 1, author: 'leila', comment: 'one target' }
    expect(await saveSettings(source, settings, write)).toMatchObject({ saved: { version: 2, ...settings } })
    expect(await saveSettings(source, settings, write)).toEqual({ current: 2 })
  })
})
