import { existsSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '#store/database'
import { ENGINES, folderPlace, serverPlace } from '../support/database.js'
import { type RunningServer, runCli, startServer } from '../support/process.js'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const DATA = '../shared/data'
const there = existsSync(DATA)
if (!there) console.log(`skipped: ${DATA} is absent`)

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-cli-'))
const write = (name: string, text: string) => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

/** On the embedded engine a command that runs beside the server works through the process that has locked the folder. */
describe.each(ENGINES)('the command line beside a running server on %s', (engine) => {
  let place: { env: Record<string, string | undefined>; remove(): Promise<void> }
  let server: RunningServer
  let database: Database
  const cli = (...args: string[]) => runCli(place.env, ...args)
  beforeAll(async () => {
    place = engine === 'postgresql' ? await serverPlace() : folderPlace()
    server = await startServer(place.env)
    database = await openDatabase({
      url: place.env['DATABASE_URL'],
      dataDir: place.env['DATA_DIR'] ?? '',
      purpose: 'batch',
    })
  })
  afterAll(async () => {
    await database.close()
    server.process.kill('SIGTERM')
    await server.ended
    await place.remove()
  })
  const count = async (sql: string) =>
    Number((await database.source.query(`SELECT count(*) AS n FROM ${sql}`))[0].n)

  // It starts a process for each way of being wrong, a dozen one after the other.
  test(
    'exits with 2 after wrong usage and with 1 after a failure, with the reason',
    { timeout: 180_000 },
    async () => {
      for (const args of [
        [],
        ['nonsense'],
        ['import'],
        ['import', 'roads', 'x'],
        ['device', 'add'],
        ['classify', '--from', 'soon'],
        ['--odd'],
      ]) {
        const { code, out, err } = await cli(...args)
        expect([args, code, out]).toEqual([args, 2, ''])
        expect(err).toContain('npm run taghtiya')
      }
      for (const args of [
        ['device', 'add', '--site', 'none'],
        ['classify', '--rule', 'none'],
        ['calibrate', '--rule', 'none'],
        ['calibrate', '--rule', 'ma-floor'],
        ['import', 'sites', '/nowhere'],
        ['classify', '--known-before', '2999-01-01'],
      ]) {
        const { code, err } = await cli(...args)
        expect([args, code]).toEqual([args, 1])
        expect(err).not.toMatch(/ at |SELECT/)
      }
    },
  )

  test('previews a plan, then imports it; a faulty line is named', async () => {
    const file = write(
      'plan.csv',
      'code;nom;lat;lng;échéance\nP-1;Aït Ali;33,9;-5,5;30/06/2028\nP-2;x;33,9;-5,5;31/02/2028\n',
    )
    const preview = await cli('import', 'plan', file, '--preview')
    expect(preview.code).toBe(1)
    expect(preview.out).toContain('1 new, 0 changed, 0 unchanged; nothing was written')
    expect(preview.out).toContain('1 would be imported, 1 refused, of 2 rows')
    expect(preview.out).toContain('refused line 3 (P-2): promisedBy "31/02/2028"')
    expect(await count('plan_item')).toBe(0)
    const { code, out } = await cli('import', 'plan', file, '--json')
    expect([code, JSON.parse(out).imported]).toEqual([1, 1])
    expect(await count('plan_finding')).toBe(1)
  })

  test('imports sites from a CSV with a line-by-line report; the token of a device works', async () => {
    const file = write(
      'sites.csv',
      'رمز الموقع;الاسم;النوع;رمز الجماعة;خط العرض;خط الطول\nA1;مدرسة النور;مدرسة;01.051.01.01;35,2447;-3,9317\nA2;x;école;01.051.01.01;99;-3\n',
    )
    const sites = await cli('import', 'sites', file)
    expect([sites.code, sites.out]).toEqual([1, expect.stringContaining('1 imported, 1 refused')])
    expect(sites.out).toContain('line 3')
    const device = await cli('device', 'add', '--site', 'A1', '--json')
    const { token } = JSON.parse(device.out) as { token: string }
    const probe = {
      id: crypto.randomUUID(),
      measuredAt: new Date().toISOString(),
      outcome: 'no_service',
      operator: 'inwi',
    }
    const answer = await fetch(`${server.url}/api/v1/probes`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(probe),
    })
    expect(await answer.json()).toMatchObject({ accepted: 1 })
    const lines = [
      { ...probe, id: crypto.randomUUID() },
      { ...probe, id: 'x' },
    ].map((p) => JSON.stringify(p))
    const probes = await cli('import', 'probes', write('p.ndjson', lines.join('\n')), '--site', 'A1')
    expect([probes.code, probes.out]).toEqual([
      1,
      expect.stringContaining('1 accepted, 0 duplicates, 1 refused'),
    ])
  })

  test('import probes reads any tool’s file: it previews, asks for what is missing, and imports once', async () => {
    const file = write('speeds.csv', 'date,download,upload\n2026-03-02 10:30,12.5,3.25\n')
    const before = await count('probe')
    const question = await cli('import', 'probes', file, '--site', 'A1')
    expect([question.code, question.err]).toEqual([1, expect.stringContaining('Say --unit Mbit/s')])
    const given = [file, '--site', 'A1', '--unit', 'Mbit/s', '--operator', 'inwi', '--json']
    const preview = await cli('import', 'probes', ...given, '--preview')
    expect([preview.code, JSON.parse(preview.out)]).toMatchObject([
      0,
      {
        format: 'csv',
        unit: 'Mbit/s',
        accepted: 1,
        sample: [{ download_bps: 12_500_000, operator: 'inwi' }],
      },
    ])
    expect(await count('probe')).toBe(before)
    expect(JSON.parse((await cli('import', 'probes', ...given)).out)).toMatchObject({ accepted: 1 })
    expect(JSON.parse((await cli('import', 'probes', ...given)).out)).toMatchObject({
      accepted: 0,
      duplicates: 1,
    })
    const wrong = await cli('import', 'probes', file, '--unit', 'MB')
    expect([wrong.code, wrong.err]).toEqual([2, expect.stringContaining('--unit is "MB"')])
  })

  test('classify prints a run for machines and for people; doctor finds no fault', async () => {
    const { code, out } = await cli('classify', '--rule', 'ma-floor', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ rule: 'ma-floor', counts: { unknown: 1 } })
    expect((await cli('classify')).out.split('\n').filter((line) => line.startsWith('run '))).toHaveLength(7)
    expect((await cli('doctor')).code).toBe(0)
    expect((await cli('user', 'add', '--name', 'sara', '--role', 'planner')).out).toContain(
      'one-time password',
    )
    expect((await cli('user', 'add', '--name', 'sara', '--role', 'planner')).code).toBe(1)
  })

  test('an account is invited, changed, disabled, reset and removed; the last administrator stays', async () => {
    const user = async (...args: string[]) => {
      const { code, out, err } = await cli('user', ...args, '--json')
      return { code, err, data: out === '' ? null : (JSON.parse(out) as Record<string, unknown>) }
    }
    const hind = ['--name', 'hind']
    const added = await user('add', ...hind, '--role', 'analyst', '--link')
    expect(added.data).toMatchObject({
      password: null,
      link: expect.stringMatching(/^http:\/\/.+#invite=tgt_/),
      linkExpiresAt: expect.any(String),
    })
    expect((await user('change', ...hind, '--role', 'planner')).data).toMatchObject({ role: 'planner' })
    expect((await user('disable', ...hind)).data).toMatchObject({ disabledAt: expect.any(String) })
    expect((await cli('user', 'list')).out).toMatch(/^hind, planner; never signed in; disabled since /m)
    expect((await user('enable', ...hind)).data).toMatchObject({ disabledAt: null })
    expect((await user('reset', ...hind)).data).toMatchObject({ link: null, password: expect.any(String) })
    expect((await user('sign-out', ...hind)).data).toEqual({ name: 'hind', ended: 0 })
    expect((await user('remove', ...hind)).data).toEqual({ removed: 'hind' })
    expect(await user('remove', ...hind)).toMatchObject({
      code: 1,
      err: expect.stringContaining('no account has the name "hind"'),
    })
    expect(await user('remove', '--name', 'admin')).toMatchObject({
      code: 1,
      err: expect.stringContaining('the last administrator'),
    })
    const changes = await database.source.query(
      `SELECT author, action FROM change WHERE subject = 'hind' ORDER BY id`,
    )
    expect(changes.map(({ action }: { action: string }) => action)).toEqual([
      'add account',
      'change account',
      'change account',
      'change account',
      'reset account',
      'end sessions',
      'remove account',
    ])
    expect(changes[0].author).toMatch(/^cli:/)
  }, 180_000)

  test.skipIf(!there)(
    'imports all 1,503 communes and 43,593 localities',
    async () => {
      const areas = await cli('import', 'areas', `${DATA}/boundaries/hcp2014_adm123.topo.json`, '--json')
      expect(areas.err).toBe('')
      expect(JSON.parse(areas.out)).toMatchObject({ imported: 1590, refused: [] })
      expect(await count(`area WHERE level = 'commune'`)).toBe(1503)
      expect(await count('area WHERE NOT ST_IsValid(geom)')).toBe(0)
      const localities = await cli('import', 'localities', `${DATA}/places_geonames.csv.gz`, '--json')
      expect(JSON.parse(localities.out)).toMatchObject({ imported: 43593, refused: [] })
      expect(await count('locality')).toBe(43593)
    },
    180_000,
  )

  test('rejects by name an area outside its parent or without one', async () => {
    const square = (code: string, lng: number) => ({
      type: 'Feature',
      properties: { code, name_fr: code, name_ar: 'x', vintage: 2024 },
      geometry: {
        type: 'Polygon',
        coordinates: [
          [
            [lng, 35],
            [lng + 0.1, 35],
            [lng + 0.1, 35.1],
            [lng, 35.1],
            [lng, 35],
          ],
        ],
      },
    })
    const features = [square('01.051.01.03', -3.95), square('01.051.01.05', -9), square('01.998.01.05', -4)]
    const file = write('areas.geojson', JSON.stringify({ type: 'FeatureCollection', features }))
    const { code, out } = await cli('import', 'areas', file, '--json')
    expect(code).toBe(1)
    const refused = (JSON.parse(out) as { refused: { code: string; reason: string }[] }).refused
    expect(refused.map((r) => r.code)).toEqual(['01.051.01.05', '01.998.01.05'])
  })
})

test('without a server a command opens the folder itself, leaves no lock, and prints one JSON document', async () => {
  const place = folderPlace()
  try {
    const file = write('one.csv', 'code,name,type,commune_code,lat,lng\nB1,B,school,01.051.01.01,35.2,-3.9\n')
    const sites = await runCli(place.env, 'import', 'sites', file, '--json')
    expect([sites.code, JSON.parse(sites.out)]).toMatchObject([0, { imported: 1, refused: [] }])
    const device = await runCli(place.env, 'device', 'add', '--site', 'B1')
    expect([device.code, device.out]).toEqual([0, expect.stringMatching(/^tgt_\S+\n$/)])
    expect(existsSync(join(place.env.DATA_DIR!, 'lock'))).toBe(false)
  } finally {
    await place.remove()
  }
})

/** A regression test: quarantine stored the site of such a record, but resubmitting it required a device. */
test('a rejected record that --site had placed can be corrected and submitted again', async () => {
  const place = await serverPlace()
  const server = await startServer(place.env)
  try {
    const file = write('two.csv', 'code,name,type,commune_code,lat,lng\nC1,C,school,01.051.01.01,35.2,-3.9\n')
    await runCli(place.env, 'import', 'sites', file)
    const bad = { id: crypto.randomUUID(), measuredAt: '2026-01-01T10:00:00Z', outcome: 'good' }
    await runCli(place.env, 'import', 'probes', write('bad.ndjson', JSON.stringify(bad)), '--site', 'C1')
    const added = await runCli(
      place.env,
      'user',
      'add',
      '--name',
      'nora',
      '--role',
      'administrator',
      '--json',
    )
    const { password } = JSON.parse(added.out) as { password: string }
    let cookie = ''
    const post = async (path: string, body: object) => {
      const headers = { 'content-type': 'application/json', cookie }
      const init = { method: 'POST', headers, body: JSON.stringify(body) }
      return fetch(`${server.url}/api/v1/${path}`, init)
    }
    const signed = await post('session', { name: 'nora', password })
    cookie = signed.headers.getSetCookie()[0]!.split(';')[0]!
    await post('session/password', { current: password, next: 'a password of her own' })
    const corrected = { document: { ...bad, outcome: 'ok' }, comment: 'a misspelling' }
    expect((await post('quarantine/1/resubmit', corrected)).status).toBe(200)
  } finally {
    server.process.kill('SIGTERM')
    await server.ended
    await place.remove()
  }
})
