import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { runCli } from '../support/process.js'
import { serve } from '../support/server.js'

/** On the embedded engine the command works through this process, which has locked the folder. */
describe.each(ENGINES)('export on the command line on %s', (engine) => {
  const folder = mkdtempSync(join(tmpdir(), 'taghtiya-cli-export-'))
  let database: TestDatabase
  const cli = (...args: string[]) => runCli(database.env, ...args)
  beforeAll(async () => {
    database = await freshDatabase(engine)
    await fillObservatory(database, new Date())
  })
  afterAll(async () => {
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('writes the same file as the server, with its description beside it', async () => {
    const server = await serve(database)
    for (const [collection, format] of [
      ['cells', 'csv'],
      ['areas', 'fgb'],
      ['declared', 'parquet'],
    ] as const) {
      const out = join(folder, `${collection}.${format}`)
      const { code, err } = await cli('export', collection, '--format', format, '--out', out)
      expect([collection, code, err]).toEqual([collection, 0, ''])
      const file = readFileSync(out)
      const served = await fetch(`${server.url}/api/v1/export/${collection}.${format}`)
      expect(file.equals(Buffer.from(await served.arrayBuffer()))).toBe(true)
      const about = JSON.parse(readFileSync(`${out}.datapackage.json`, 'utf8')) as { resources: [object] }
      const hash = `sha256:${createHash('sha256').update(file).digest('hex')}`
      expect(about.resources[0]).toMatchObject({ path: `${collection}.${format}`, hash, bytes: file.length })
    }
    await server.close()
  })

  test('verifies a copy against its description', async () => {
    const out = join(folder, 'verify.csv')
    await cli('export', 'sites', '--format', 'csv', '--out', out)
    expect((await cli('export', 'verify', out)).code).toBe(0)
    const whole = readFileSync(out)
    for (const wrong of [whole.subarray(0, -1), Buffer.from(whole).fill('x', 50, 51)]) {
      writeFileSync(out, wrong)
      const { code, out: json } = await cli('export', 'verify', out, '--json')
      expect([code, JSON.parse(json)]).toEqual([
        1,
        { same: false, bytes: wrong.length, described: whole.length },
      ])
    }
    expect((await cli('export', 'verify', join(folder, 'none.csv'))).err).toContain('is missing or is not')
  })

  test('reports how much it wrote, for people and for machines', async () => {
    const out = join(folder, 'cells.ndjson')
    const { out: json } = await cli('export', 'cells', '--format', 'ndjson', '--out', out, '--json')
    expect(JSON.parse(json)).toMatchObject({
      rows: OBSERVED_CELLS.length,
      bytes: readFileSync(out).length,
      run: 1,
    })
  })

  test('exits with 2 after wrong usage, with 1 and without a file after a failure', async () => {
    const out = join(folder, 'none.csv')
    for (const [args, code, word] of [
      [['roads', '--format', 'csv', '--out', out], 2, 'cells'],
      [['cells', '--format', 'shp', '--out', out], 2, 'parquet'],
      [['cells', '--format', 'csv'], 2, '--out'],
      [['sites', '--format', 'csv', '--out', out, '--rule', 'ma-floor'], 2, 'does not depend on a run'],
      [['cells', '--format', 'csv', '--out', out, '--run', 'x'], 2, '--run'],
      [['cells', '--format', 'csv', '--out', out, '--run', '99'], 1, 'no run 99'],
      [['cells', '--format', 'csv', '--out', out, '--rule', 'none'], 1, 'none'],
      [['cells', '--format', 'csv', '--out', join(folder, 'nowhere', 'x.csv')], 1, 'cannot write'],
    ] as const) {
      const { code: exitCode, err } = await cli('export', ...args)
      expect([args, exitCode, err]).toEqual([args, code, expect.stringContaining(word)])
    }
    expect(existsSync(out) || existsSync(`${out}.part`)).toBe(false)
  })
})
