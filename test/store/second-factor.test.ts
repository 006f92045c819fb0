/** Codes of an app and recovery codes, on both engines. The clock is the test's. */
import {
  beginSecondFactor,
  confirmSecondFactor,
  findAccount,
  findSession,
  insertAccount,
  listSignInRules,
  removeSecondFactor,
  renewRecoveryCodes,
  secondFactorOf,
  setSignInRule,
  sha256,
  startSession,
  useSecondFactor,
} from '#store/people'
import { Secret, TOTP, URI } from 'otpauth'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const NAME = 'leila'
const at = (seconds: number) => new Date(Date.parse('2026-03-01T09:00:00Z') + seconds * 1000)

describe.each(ENGINES)('the second factor on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const account = { name: NAME, role: 'planner', mustChangePassword: false, passwordHash: 'x' } as const
    await insertAccount(database.source.manager, account, 'test')
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    for (const table of ['second_factor', 'recovery_code', 'sign_in_rule', 'session'])
      await database.source.query(`DELETE FROM ${table}`)
  })

  /** An app that has read the QR code. */
  async function begin(): Promise<(seconds: number) => string> {
    const factor = (await beginSecondFactor(database.source, database.secrets, NAME))!
    const totp = URI.parse(factor.uri) as TOTP
    expect(totp.secret.base32).toBe(factor.secret)
    return (seconds) => totp.generate({ timestamp: at(seconds).getTime() })
  }
  const confirm = (code: string, seconds: number) =>
    confirmSecondFactor(database.source, database.secrets, { name: NAME, code, now: at(seconds) })
  const use = (code: string, seconds: number) =>
    useSecondFactor(database.source, database.secrets, { name: NAME, code, now: at(seconds) })

  test('counts from its first right code on, and each code once', async () => {
    const code = await begin()
    expect(await secondFactorOf(database.source.manager, NAME)).toMatchObject({ since: null })
    expect(await use(code(0), 0)).toBe(false)
    expect(await confirm(code(300), 0)).toBeNull()
    expect(await confirm(code(0), 0)).toHaveLength(10)
    expect(await secondFactorOf(database.source.manager, NAME)).toMatchObject({
      since: expect.any(Date),
      recoveryCodes: 10,
      isRequired: false,
    })
    // The code that confirmed it is used up.
    expect(await use(code(0), 1)).toBe(false)
    const twice = await Promise.all([use(code(30), 30), use(code(30), 30)])
    expect(twice.toSorted()).toEqual([false, true])
    // An earlier period is over once a later one was used; the next period is taken from a phone that is fast.
    expect(await use(code(60), 60)).toBe(true)
    expect(await use(code(30), 61)).toBe(false)
    expect(await use(code(120), 91)).toBe(true)
    expect(await use(code(300), 200)).toBe(false)
    expect(await beginSecondFactor(database.source, database.secrets, NAME)).toBeNull()
  })

  test('recovery codes work once each, with or without dashes, until they are renewed', async () => {
    const code = await begin()
    const [first, second] = (await confirm(code(0), 0))!
    expect(first).toMatch(/^[a-z2-9]{5}-[a-z2-9]{5}-[a-z2-9]{5}$/)
    expect(await use(first!.toUpperCase().replaceAll('-', ' '), 0)).toBe(true)
    expect(await use(first!, 0)).toBe(false)
    expect((await secondFactorOf(database.source.manager, NAME)).recoveryCodes).toBe(9)
    const [renewed] = await renewRecoveryCodes(database.source, NAME)
    expect(await use(second!, 0)).toBe(false)
    expect(await use(renewed!, 0)).toBe(true)
    const rows = await database.source.query(`SELECT row_to_json(r)::text AS t FROM recovery_code AS r`)
    expect(JSON.stringify(rows)).not.toContain(renewed)
  })

  test('is removed with its codes, and can be set up again', async () => {
    const code = await begin()
    expect(await removeSecondFactor(database.source, NAME, 'test')).toBe(false)
    const again = await begin()
    expect(await confirm(code(0), 0)).toBeNull()
    const [recovery] = (await confirm(again(0), 0))!
    expect(await removeSecondFactor(database.source, NAME, 'test')).toBe(true)
    expect(await use(again(30), 30)).toBe(false)
    expect(await use(recovery!, 30)).toBe(false)
  })

  test('a role that needs it leaves its sessions nothing else to do', async () => {
    const { passwordHash } = (await findAccount(database.source.manager, NAME))!
    const session = { hash: sha256('s'), accountName: NAME, address: null, userAgent: null }
    const attempt = { subscriber: 'x', now: at(0) }
    await startSession(database.source, { ...session, attempt, proof: { passwordHash } })
    const mustAdd = async () => (await findSession(database.source.manager, sha256('s')))?.mustAddFactor
    expect(await mustAdd()).toBe(false)
    await setSignInRule(database.source, { role: 'planner', secondFactor: true }, 'test')
    expect(await mustAdd()).toBe(true)
    expect((await secondFactorOf(database.source.manager, NAME)).isRequired).toBe(true)
    expect(await listSignInRules(database.source.manager)).toContainEqual({
      role: 'planner',
      secondFactor: true,
    })
    const code = await begin()
    expect(await mustAdd()).toBe(true)
    await confirm(code(0), 0)
    expect(await mustAdd()).toBe(false)
    await setSignInRule(database.source, { role: 'planner', secondFactor: false }, 'test')
    const [change] = await database.source.query(
      `SELECT detail FROM change WHERE action = 'change sign-in rule' ORDER BY id DESC LIMIT 1`,
    )
    expect(change.detail).toEqual({ before: { secondFactor: true }, after: { secondFactor: false } })
  })

  test('secrets have 160 bits', async () => {
    const { secret } = (await beginSecondFactor(database.source, database.secrets, NAME))!
    expect(Secret.fromBase32(secret).buffer.byteLength).toBe(20)
  })
})
