/** The delay of guesses at one name, on both engines. The clock is the test's. */
import { beginAttempt, endAttempts, insertAccount, noteFailedSignIn } from '#store/people'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const START = Date.parse('2026-03-01T09:00:00Z')
const at = (seconds: number) => new Date(START + seconds * 1000)

describe.each(ENGINES)('attempts to sign in on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const account = { name: 'leila', role: 'planner', mustChangePassword: false, passwordHash: 'x' } as const
    await insertAccount(database.source.manager, account, 'test')
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    await database.source.query('DELETE FROM sign_in_attempt')
    await database.source.query('DELETE FROM account_address')
  })
  const begin = (seconds: number, subscriber = String(seconds), name = 'leila') =>
    beginAttempt(database.source.manager, { name, subscriber, now: at(seconds) })

  test('twenty are free, then each waits twice as long, at most five minutes', async () => {
    for (let i = 1; i <= 20; i++) expect(await begin(0, `a${i}`)).toEqual({ count: i })
    expect(await begin(0)).toEqual({ waitMs: 1_000 })
    expect(await begin(0.4)).toEqual({ waitMs: 600 })
    expect(await begin(1)).toEqual({ count: 21 })
    expect(await begin(2.9)).toEqual({ waitMs: 100 })
    expect(await begin(3)).toEqual({ count: 22 })
    let now = 3
    for (let count = 23; count < 60; count++) {
      now += Math.min(300, 2 ** (count - 21))
      expect(await begin(now)).toEqual({ count })
    }
    expect(await begin(now)).toEqual({ waitMs: 300_000 })
    // Names are counted by themselves, whether there is such an account or not.
    expect(await begin(now, 'x', 'nobody')).toEqual({ count: 1 })
    expect(await begin(now + 3_601)).toEqual({ count: 1 })
  })

  test('attempts at the same moment are all counted', async () => {
    const counts = await Promise.all(Array.from({ length: 20 }, (_, i) => begin(0, `a${i}`)))
    expect(counts.map((answer) => ('count' in answer ? answer.count : 0)).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })

  test('an address from which the person has signed in is exempt for ninety days', async () => {
    await endAttempts(database.source.manager, { name: 'leila', subscriber: 'home', now: at(0) })
    for (let i = 0; i < 21; i++) await begin(10, `a${i}`)
    expect(await begin(10, 'home')).toEqual({ count: 0 })
    expect(await begin(10, 'other')).toMatchObject({ waitMs: expect.any(Number) })
    expect(await begin(10, 'home', 'omar')).toEqual({ count: 1 })
    const later = at(91 * 86_400)
    await endAttempts(database.source.manager, { name: 'leila', subscriber: 'office', now: later })
    expect(
      await beginAttempt(database.source.manager, { name: 'leila', subscriber: 'home', now: later }),
    ).toEqual({
      count: 1,
    })
  })

  test('what failed is told once', async () => {
    const end = (seconds: number) =>
      endAttempts(database.source.manager, { name: 'leila', subscriber: 'home', now: at(seconds) })
    for (let i = 0; i < 3; i++) await noteFailedSignIn(database.source.manager, 'leila')
    expect(await end(0)).toEqual({ failedSignIns: 3, lastFailedSignInAt: expect.any(Date) })
    expect(await end(1)).toEqual({ failedSignIns: 0, lastFailedSignInAt: null })
  })
})
