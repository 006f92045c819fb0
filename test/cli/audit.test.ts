/** The log and keys by the command line. */
import { openDatabase } from '#store/database'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverPlace } from '../support/database.js'
import { runCli } from '../support/process.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-audit-'))
let place: Awaited<ReturnType<typeof serverPlace>>
beforeAll(async () => {
  place = await serverPlace()
})
afterAll(async () => {
  await place.remove()
  rmSync(folder, { recursive: true })
})

const cli = (...args: string[]) => runCli(place.env, ...args)

// Each command opens the database anew, which takes seconds on a busy machine.
test('a key is made, shown once, and revoked by its name', async () => {
  const made = await cli('key', 'add', '--name', 'nightly report', '--role', 'analyst', '--days', '90')
  expect(made).toMatchObject({ code: 0, out: expect.stringMatching(/^tgk_[\w-]{43}\n$/) })
  const administrator = await cli('key', 'add', '--name', 'x y', '--role', 'administrator', '--days', '90')
  expect(administrator).toMatchObject({ code: 2, err: expect.stringContaining('--role must be one of') })
  expect(await cli('key', 'revoke', 'nightly report')).toMatchObject({ code: 0 })
  const { out } = await cli('key', 'list')
  expect(out).toMatch(/nightly report: analyst; revoked \S+; never used/)
  expect(out).not.toContain(made.out.trim())
})

test('the log is verified, noted, taken away; a row that was changed fails the command', async () => {
  const noted = (await cli('audit', 'head')).out.trim()
  expect(noted).toMatch(/^\d+:[0-9a-f]{64}$/)
  expect(await cli('audit', 'verify', '--expect', noted)).toMatchObject({
    code: 0,
    out: expect.stringContaining('the log is whole'),
  })
  const file = join(folder, 'log.ndjson')
  expect(await cli('audit', 'export', '--out', file)).toMatchObject({ code: 0 })
  expect(readFileSync(file, 'utf8')).toContain('revoke api key')
  const database = await openDatabase({ url: place.env['DATABASE_URL'], dataDir: '', purpose: 'batch' })
  await database.source.query('ALTER TABLE change DISABLE TRIGGER USER')
  await database.source.query(`UPDATE change SET author = 'nobody' WHERE action = 'revoke api key'`)
  await database.close()
  expect(await cli('audit', 'verify')).toMatchObject({
    code: 1,
    out: expect.stringContaining('the row was changed'),
  })
})
