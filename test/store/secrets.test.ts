/** Secrets in the database are sealed, on both engines: nothing that is stored, copied or changed gives them away. */
import { beginSecondFactor, confirmSecondFactor, insertAccount, useSecondFactor } from '#store/people'
import {
  KeyFile,
  SEALED_COLUMNS,
  Secrets,
  discardSecrets,
  prepareSecrets,
  rotateSecrets,
} from '#store/secrets'
import {
  findSubscription,
  insertSubscription,
  pauseSubscription,
  renewSubscriptionSecret,
} from '#store/subscriptions'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { type TOTP, URI } from 'otpauth'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { newSecretKey, seal, secretKeyOf, unseal } from '../../libs/store/secrets/sealing.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const PLACE = { table: 'second_factor', column: 'secret', row: 'leila' }
const HOOK = { url: 'https://example.org/hook', kinds: [], area: null, rule: null }

describe('sealing', () => {
  const key = newSecretKey()

  test('opens what was sealed for the same place, and seals nothing twice alike', () => {
    for (const text of ['', 'JBSWY3DPEHPK3PXP', 'سر'.repeat(1000)]) {
      const sealed = seal(key, text, PLACE)
      expect(unseal(key, sealed, PLACE)).toBe(text)
      expect(seal(key, text, PLACE)).not.toBe(sealed)
      expect(sealed).not.toContain(text || 'x'.repeat(99))
    }
  })

  test('refuses a text with any bit changed, cut off, of another place or another key', () => {
    const sealed = seal(key, 'JBSWY3DPEHPK3PXP', PLACE)
    const [, , box = ''] = sealed.split(':')
    const bytes = Buffer.from(box, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const changed = Buffer.from(bytes)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(() => unseal(key, `sealed:${key.id}:${changed.toString('base64url')}`, PLACE)).toThrow(
        'second_factor.secret of "leila" cannot be opened',
      )
    }
    for (let length = 0; length < bytes.length; length++)
      expect(() =>
        unseal(key, `sealed:${key.id}:${bytes.subarray(0, length).toString('base64url')}`, PLACE),
      ).toThrow('cannot be opened')
    for (const other of [{ row: 'omar' }, { column: 'previous_secret' }, { table: 'subscription' }])
      expect(() => unseal(key, sealed, { ...PLACE, ...other })).toThrow('belongs to another row')
    expect(() => unseal(newSecretKey(), sealed, PLACE)).toThrow('cannot be opened')
  })

  test('the id of a key is its own, and always the same', () => {
    expect(secretKeyOf(Buffer.alloc(32, 1)).id).toBe(secretKeyOf(Buffer.alloc(32, 1)).id)
    expect(secretKeyOf(Buffer.alloc(32, 1)).id).not.toBe(secretKeyOf(Buffer.alloc(32, 2)).id)
  })
})

describe('the key file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taghtiya-keys-'))
  const path = join(folder, 'deeper', 'secrets.key')
  afterAll(() => rmSync(folder, { recursive: true }))

  test('is made once, for its owner alone, and read anew where another process changes it', () => {
    const [one, two] = [new KeyFile(path), new KeyFile(path)]
    expect(one.keys()).toEqual([])
    one.create()
    two.create()
    const [key] = one.keys()
    expect(two.newest().id).toBe(key!.id)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    const next = newSecretKey()
    one.replace([next])
    expect(two.newest().id).toBe(next.id)
    // A row that was read before the change may still need the earlier key.
    expect(two.find(key!.id)!.bytes).toEqual(key!.bytes)
    expect(new KeyFile(path).find(key!.id)).toBeUndefined()
    expect(readdirSync(dirname(path))).toEqual(['secrets.key'])
  })

  test('names the line that is no key, and a folder that cannot be written', () => {
    writeFileSync(path, '# a comment\n\nshort\n')
    expect(() => new KeyFile(path).keys()).toThrow(`line 3 of the key file ${path} is no key`)
    const inFile = join(path, 'secrets.key')
    expect(() => new KeyFile(inFile).keys()).toThrow(`the key file ${inFile} cannot be read`)
  })
})

describe.each(ENGINES)('sealed secrets on %s', (engine) => {
  let database: TestDatabase
  let file: KeyFile
  beforeAll(async () => {
    database = await freshDatabase(engine)
    file = new KeyFile(database.env.SECRETS_KEY_FILE)
    for (const name of ['leila', 'omar'])
      await insertAccount(
        database.source.manager,
        { name, role: 'planner', mustChangePassword: false, passwordHash: 'x' },
        'test',
      )
  })
  afterAll(() => database?.drop())
  afterEach(async () => {
    for (const table of ['second_factor', 'recovery_code', 'subscription'])
      await database.source.query(`DELETE FROM ${table}`)
  })

  const by = () => ({ author: 'test', at: new Date() })
  const now = new Date('2026-03-01T09:00:00Z')
  const after = (seconds: number) => new Date(now.getTime() + seconds * 1000)

  /** Sets up an app; resolves to its secret, and to the sign-in with its code some seconds later. */
  async function setUp(name: string, secrets = database.secrets) {
    const { secret, uri } = (await beginSecondFactor(database.source, secrets, name))!
    const totp = URI.parse(uri) as TOTP
    const code = (seconds: number) => totp.generate({ timestamp: after(seconds).getTime() })
    expect(await confirmSecondFactor(database.source, secrets, { name, code: code(0), now })).not.toBeNull()
    const signIn = (seconds: number, by = database.secrets) =>
      useSecondFactor(database.source, by, { name, code: code(seconds), now: after(seconds) })
    return { secret, signIn }
  }

  /** The tables in a row of which a text stands. */
  async function tablesWith(text: string): Promise<string[]> {
    const tables: { name: string }[] = await database.source.query(
      `SELECT relname AS name FROM pg_class
       WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY 1`,
    )
    const found = []
    for (const { name } of tables) {
      const [row] = await database.source.query(
        `SELECT EXISTS (SELECT 1 FROM "${name}" AS t WHERE strpos(t::text, $1) > 0) AS there`,
        [text],
      )
      if (row.there) found.push(name)
    }
    return found
  }

  const storedSecrets = async (): Promise<string[]> => {
    const all = []
    for (const { table, column } of SEALED_COLUMNS)
      all.push(
        ...(await database.source.query(`SELECT ${column} AS secret FROM ${table} WHERE ${column} <> ''`)),
      )
    return all.map(({ secret }: { secret: string }) => secret)
  }

  test('no table has a secret in the clear, and a stranger to the key cannot open one', async () => {
    const { source, secrets } = database
    const app = await setUp('leila')
    const hook = (await insertSubscription(source, secrets, HOOK, by()))!
    const renewed = await renewSubscriptionSecret(source, secrets, hook.id, by())
    // The search finds what is there.
    expect(await tablesWith('leila')).toContain('second_factor')
    for (const secret of [app.secret, hook.secret, renewed.secret])
      for (const form of [
        secret,
        Buffer.from(secret).toString('base64url'),
        Buffer.from(secret).toString('hex'),
      ])
        expect(await tablesWith(form)).toEqual([])
    expect(await storedSecrets()).toHaveLength(3)
    expect(await app.signIn(30)).toBe(true)
    const folder = mkdtempSync(join(tmpdir(), 'taghtiya-keys-'))
    const other = new KeyFile(join(folder, 'other.key'))
    other.create()
    await expect(app.signIn(60, new Secrets(other))).rejects.toThrow('is not in')
    await expect(prepareSecrets(source, other)).rejects.toThrow(
      `the secrets of this database are sealed with the key ${file.newest().id}, and the key file ${other.path} has`,
    )
    const absent = new KeyFile(join(folder, 'absent.key'))
    await expect(prepareSecrets(source, absent)).rejects.toThrow('does not exist or is empty')
    // A new key in the place of a lost one would only hide the loss.
    expect(existsSync(absent.path)).toBe(false)
    rmSync(folder, { recursive: true })
  })

  test('a sealed secret that was put into the row of somebody else is refused', async () => {
    await setUp('leila')
    const omar = await setUp('omar')
    await database.source.query(
      `UPDATE second_factor SET secret = (SELECT secret FROM second_factor WHERE account_name = 'leila')
       WHERE account_name = 'omar'`,
    )
    await expect(omar.signIn(30)).rejects.toThrow('second_factor.secret of "omar" cannot be opened')
  })

  test('what an earlier version stored in the clear is sealed at the next start', async () => {
    const { source, secrets } = database
    const app = await setUp('leila')
    const hook = (await insertSubscription(source, secrets, HOOK, by()))!
    await source.query(`UPDATE second_factor SET secret = $1`, [app.secret])
    await source.query(`UPDATE subscription SET secret = $1`, [hook.secret])
    expect(await tablesWith(app.secret)).toEqual(['second_factor'])
    await Promise.all([prepareSecrets(source, file), prepareSecrets(source, new KeyFile(file.path))])
    expect(await tablesWith(app.secret)).toEqual([])
    expect(await tablesWith(hook.secret)).toEqual([])
    expect(await app.signIn(30)).toBe(true)
  })

  test('a new key seals everything again, while other processes go on; the earlier one is gone', async () => {
    const { source, secrets } = database
    const app = await setUp('leila')
    const hook = (await insertSubscription(source, secrets, HOOK, by()))!
    await renewSubscriptionSecret(source, secrets, hook.id, by())
    const earlier = file.newest().id
    // Another process: it has read the earlier key only.
    const other = new Secrets(new KeyFile(file.path))
    expect(await app.signIn(30, other)).toBe(true)
    const [rotation, added] = await Promise.all([
      rotateSecrets(source, file, 'test'),
      insertSubscription(source, other, HOOK, by()),
    ])
    expect(rotation).toMatchObject({ dropped: [earlier], key: expect.stringMatching(/^[0-9a-f]{16}$/) })
    expect(rotation.secrets).toBeGreaterThanOrEqual(3)
    const stored = await storedSecrets()
    expect(stored).toHaveLength(4)
    for (const secret of stored) expect(secret).toMatch(new RegExp(`^sealed:${rotation.key}:`))
    expect(new KeyFile(file.path).keys().map(({ id }) => id)).toEqual([rotation.key])
    expect(await app.signIn(60, other)).toBe(true)
    expect(await app.signIn(90)).toBe(true)
    await renewSubscriptionSecret(source, other, added!.id, by())
    await prepareSecrets(source, file)
    const [change] = await source.query(
      `SELECT author, subject FROM change WHERE action = 'rotate secrets' ORDER BY id DESC LIMIT 1`,
    )
    expect(change).toEqual({ author: 'test', subject: rotation.key })
  })

  test('a rotation that breaks off keeps every key that is needed', async () => {
    const { source } = database
    const app = await setUp('leila')
    await setUp('omar')
    await source.query(`UPDATE second_factor SET secret = secret || 'AAAA' WHERE account_name = 'omar'`)
    const before = file.newest().id
    await expect(rotateSecrets(source, file, 'test')).rejects.toThrow('"omar" cannot be opened')
    expect(file.keys().map(({ id }) => id)).toContain(before)
    expect(await app.signIn(30, new Secrets(new KeyFile(file.path)))).toBe(true)
    await source.query(`DELETE FROM second_factor WHERE account_name = 'omar'`)
    await rotateSecrets(source, file, 'test')
    expect(file.keys()).toHaveLength(1)
    expect(await app.signIn(60)).toBe(true)
  })

  test('where the key is lost, what it sealed is dropped, and new secrets are sealed with a new key', async () => {
    const { source, secrets } = database
    const app = await setUp('leila')
    const hook = (await insertSubscription(source, secrets, HOOK, by()))!
    const text = readFileSync(file.path, 'utf8')
    rmSync(file.path)
    const lost = new KeyFile(file.path)
    expect(await discardSecrets(source, lost, 'test')).toEqual({ secondFactors: 1, subscriptions: 1 })
    const fresh = await prepareSecrets(source, lost)
    expect(readFileSync(file.path, 'utf8')).not.toBe(text)
    expect(await app.signIn(30, fresh)).toBe(false)
    expect(await findSubscription(source.manager, hook.id)).toMatchObject({ paused: true })
    await renewSubscriptionSecret(source, fresh, hook.id, by())
    await pauseSubscription(source.manager, hook.id, false, 'test')
    await setUp('omar', fresh)
    expect(await discardSecrets(source, lost, 'test')).toEqual({ secondFactors: 0, subscriptions: 0 })
  })
})
