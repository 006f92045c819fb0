/** The key of the secrets as those who run the server meet it: changed while two processes answer, wrong at the start, lost. */
import { hashPassword, insertAccount } from '#store/people'
import { readFileSync, writeFileSync } from 'node:fs'
import { type TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { type RunningServer, runCli, startServer } from '../support/process.js'

const NAME = 'leila'
const PASSWORD = 'a password of the tests'

let database: TestDatabase
let server: RunningServer | null = null
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await insertAccount(
    database.source.manager,
    { name: NAME, role: 'planner', mustChangePassword: false, passwordHash: await hashPassword(PASSWORD) },
    'test',
  )
})
afterAll(async () => {
  await stop()
  await database.drop()
})

async function stop(): Promise<void> {
  server?.process.kill('SIGTERM')
  await server?.ended
  server = null
}

interface Body {
  uri: string
  recoveryCodes: string[]
  code: string
}

let addresses = 0
async function call(path: string, body: object, cookie = '') {
  // A connection of its own each time, so that both processes are asked.
  const headers = { cookie, connection: 'close', 'x-forwarded-for': `203.0.113.${++addresses}` }
  const answer = await callJson<Body>(`${server!.url}/api/v1/session${path}`, 'POST', { body, headers })
  return { ...answer, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

test('two processes go on while the key changes; a wrong key stops the start, a lost one is discarded', async () => {
  server = await startServer({ ...database.env, API_PROCESSES: '2' })
  const { cookie } = await call('', { name: NAME, password: PASSWORD })
  const begun = await call('/second-factor', { password: PASSWORD }, cookie)
  const totp = URI.parse(begun.body.uri) as TOTP
  // Codes of the periods around now are taken, each once and in their order.
  const code = (periods: number) => totp.generate({ timestamp: Date.now() + periods * 30_000 })
  expect((await call('/second-factor/confirm', { code: code(-1) }, cookie)).status).toBe(200)
  const signIn = (typed: string) => call('', { name: NAME, password: PASSWORD, code: typed })

  const before = readFileSync(database.env.SECRETS_KEY_FILE, 'utf8')
  const rotated = await runCli(database.env, 'secrets', 'rotate', '--json')
  expect(rotated).toMatchObject({ code: 0 })
  expect(JSON.parse(rotated.out)).toMatchObject({
    secrets: 1,
    dropped: [expect.stringMatching(/^[0-9a-f]{16}$/)],
  })
  const after = readFileSync(database.env.SECRETS_KEY_FILE, 'utf8')
  expect(after).not.toBe(before)
  expect(after.trim().split('\n')).toHaveLength(2)
  // Whichever process is asked: a wrong code is refused as such, so that each has opened the secret.
  for (let i = 0; i < 8; i++) expect((await signIn('000000')).body.code).toBe('wrong_code')
  expect((await signIn(code(1))).status).toBe(200)
  await stop()

  writeFileSync(database.env.SECRETS_KEY_FILE, before)
  await expect(startServer(database.env)).rejects.toThrow(
    /ended with 1: Taghtiya stopped: the secrets of this database are sealed with the key [0-9a-f]{16}, and the key file .+SECRETS_KEY_FILE/,
  )
  expect(await runCli(database.env, 'secrets', 'rotate')).toMatchObject({
    code: 1,
    err: expect.stringContaining('put back the file that belongs to the database'),
  })
  const discarded = await runCli(database.env, 'secrets', 'discard')
  expect(discarded).toMatchObject({
    code: 0,
    out: expect.stringContaining('to set up again: 1'),
  })
  server = await startServer(database.env)
  expect((await call('', { name: NAME, password: PASSWORD })).status).toBe(200)
})
