/** The life of an account in the store, on both engines. */
import {
  type AccountChange,
  acceptInvitation,
  addAccount,
  changeAccount,
  endSession,
  endSessions,
  findAccount,
  findInvitation,
  findSession,
  firstCredential,
  insertAccount,
  listAccounts,
  listSessions,
  newAccountNameFault,
  removeAccount,
  resetAccount,
  sha256,
  startSession,
} from '#store/people'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

describe.each(ENGINES)('accounts on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  beforeEach(async () => {
    for (const table of ['account', 'session', 'invitation'])
      await database.source.query(`DELETE FROM ${table}`)
  })

  const add = (name: string, role: 'planner' | 'administrator' = 'administrator') =>
    insertAccount(
      database.source.manager,
      { name, role, mustChangePassword: false, passwordHash: 'x' },
      'test',
    )
  const signIn = (accountName: string, token = accountName) =>
    startSession(database.source, {
      hash: sha256(token),
      accountName,
      proof: 'provider',
      address: '203.0.113.7',
      userAgent: 'a browser '.repeat(60),
      attempt: { subscriber: '203.0.113.7', now: new Date() },
    })
  const change = (name: string, what: AccountChange) =>
    changeAccount(database.source, name, () => what, 'test')

  test('the last administrator is neither disabled, demoted nor removed', async () => {
    await add('one')
    await add('planner', 'planner')
    // An administrator who has never set a password may have lost the one-time one.
    const invited = { name: 'invited', role: 'administrator', operator: null } as const
    await addAccount(database.source, invited, await firstCredential('password'), 'test')
    const last = { lastAdministrator: true }
    expect(await change('one', { isDisabled: true })).toEqual(last)
    expect(await change('one', { role: 'planner' })).toEqual(last)
    expect(await removeAccount(database.source, 'one', 'test')).toEqual(last)
    await add('two')
    expect(await change('two', { isDisabled: true })).toMatchObject({ account: { name: 'two' } })
    expect(await change('one', { role: 'planner' })).toEqual(last)
    expect(await change('two', { isDisabled: false })).toMatchObject({ account: { disabledAt: null } })
    expect(await change('one', { role: 'planner' })).toMatchObject({ account: { role: 'planner' } })
    expect(await change('nobody', { role: 'planner' })).toEqual({ missing: true })
  })

  test('two administrators who disable each other at once: one of them stays', async () => {
    for (let round = 0; round < 5; round++) {
      await database.source.query('DELETE FROM account')
      await add('one')
      await add('two')
      const results = await Promise.all([
        change('one', { isDisabled: true }),
        change('two', { isDisabled: true }),
      ])
      expect(results.filter((result) => 'lastAdministrator' in result)).toHaveLength(1)
    }
  })

  test('a disabled account has no sessions, also none that was made at the same moment', async () => {
    await add('one')
    await add('two')
    await signIn('two')
    expect(await findSession(database.source.manager, sha256('two'))).toMatchObject({ name: 'two' })
    await change('two', { isDisabled: true })
    expect(await listSessions(database.source.manager, 'two')).toEqual([])
    await signIn('two', 'late')
    expect(await findSession(database.source.manager, sha256('late'))).toBeUndefined()
  })

  test('a removed account signs in no more, and its name stays taken', async () => {
    await add('one')
    await add('leila')
    await signIn('leila')
    expect(await removeAccount(database.source, 'leila', 'test')).toEqual({ removed: true })
    expect(await findAccount(database.source.manager, 'leila')).toBeUndefined()
    expect(await findSession(database.source.manager, sha256('leila'))).toBeUndefined()
    expect((await listAccounts(database.source.manager)).map(({ name }) => name)).toEqual(['one'])
    expect(await add('leila')).toBe(false)
    expect(await newAccountNameFault(database.source.manager, 'Leıla')).toContain('looks like')
    expect(await removeAccount(database.source, 'leila', 'test')).toEqual({ missing: true })
  })

  test('a link sets a password once, in time, and not of a disabled account', async () => {
    await add('one')
    const omar = { name: 'omar', role: 'planner', operator: null } as const
    const credential = await firstCredential('link')
    const added = await addAccount(database.source, omar, credential, 'test')
    expect(added).toMatchObject({ account: { invitedUntil: expect.any(Date), mustChangePassword: true } })
    const { hash } = credential.invitation!
    expect(await findInvitation(database.source.manager, hash)).toMatchObject({ name: 'omar' })
    await change('omar', { isDisabled: true })
    expect(await findInvitation(database.source.manager, hash)).toBeUndefined()
    await change('omar', { isDisabled: false })

    const second = await firstCredential('link')
    expect(await resetAccount(database.source, 'omar', second, 'test')).toMatchObject({
      invitedUntil: expect.any(Date),
    })
    const both = await Promise.all(
      ['first', 'second'].map((password) =>
        acceptInvitation(database.source, second.invitation!.hash, password),
      ),
    )
    expect(both.toSorted()).toEqual([false, true])
    expect(await findAccount(database.source.manager, 'omar')).toMatchObject({
      mustChangePassword: false,
      passwordHash: both[0] ? 'first' : 'second',
    })

    const late = await firstCredential('link')
    await resetAccount(database.source, 'omar', late, 'test')
    await database.source.query(`UPDATE invitation SET expires_at = now()`)
    expect(await acceptInvitation(database.source, late.invitation!.hash, 'late')).toBe(false)
  })

  test('sessions say from where, with what and since when, and end one by one or together', async () => {
    await add('one')
    for (const token of ['a', 'b', 'c']) await signIn('one', token)
    const [first, second, third] = await listSessions(database.source.manager, 'one')
    expect(first).toMatchObject({ address: '203.0.113.7', userAgent: expect.stringMatching(/^a browser/) })
    expect(first!.userAgent).toHaveLength(300)
    expect(await endSession(database.source.manager, 'two', first!.id)).toBe(false)
    expect(await endSession(database.source.manager, 'one', first!.id)).toBe(true)
    expect(await endSession(database.source.manager, 'one', first!.id)).toBe(false)
    expect(await endSessions(database.source.manager, 'one', second!.id)).toBe(1)
    expect((await listSessions(database.source.manager, 'one')).map(({ id }) => id)).toEqual([second!.id])
    expect(await endSessions(database.source.manager, 'one')).toBe(1)
    expect(third).toBeDefined()
    expect((await listAccounts(database.source.manager))[0]).toMatchObject({
      lastSignInAt: expect.any(Date),
      sessions: 0,
    })
  })

  test('the time of the last use is written once a minute', async () => {
    await add('one')
    await signIn('one')
    const lastUse = async () => (await listSessions(database.source.manager, 'one'))[0]!.lastUsedAt.getTime()
    const first = await lastUse()
    await findSession(database.source.manager, sha256('one'))
    expect(await lastUse()).toBe(first)
    await database.source.query(`UPDATE session SET last_used_at = now() - interval '1 hour'`)
    await findSession(database.source.manager, sha256('one'))
    expect(await lastUse()).toBeGreaterThanOrEqual(first)
  })

  test('every change has its author and what it replaced', async () => {
    const [{ last }] = await database.source.query('SELECT coalesce(max(id), 0) AS last FROM change')
    await add('one')
    await add('two')
    await change('two', { role: 'planner' })
    await removeAccount(database.source, 'two', 'one')
    expect(
      await database.source.query(
        'SELECT author, action, subject, detail FROM change WHERE id > $1 ORDER BY id',
        [last],
      ),
    ).toEqual([
      {
        author: 'test',
        action: 'change account',
        subject: 'two',
        detail: {
          before: { role: 'administrator', operator: null, areas: null, disabled: false },
          after: { role: 'planner', operator: null, areas: null, disabled: false },
        },
      },
      {
        author: 'one',
        action: 'remove account',
        subject: 'two',
        detail: { before: { role: 'planner', operator: null, areas: null, disabled: false } },
      },
    ])
  })
})
