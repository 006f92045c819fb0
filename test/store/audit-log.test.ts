/** The log only grows, and a row that was changed, removed or added by hand is found. */
import { listLog, logHead, retireLog, sealedRows, setRetention, verifyLog } from '#store/audit'
import { DAY_MS } from '#domain/units'
import { recordChange, recordEvent } from '#store/people'
import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'

const TABLES = ['change', 'change_seal', 'retention']

describe.each(ENGINES)('the log on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
    const db = database.source.manager
    for (let n = 1; n <= 5; n++)
      await recordChange(db, 'leila', 'save site', `S${n}`, {
        after: { n, name: 'École “Ibn Sina” – مدرسة' },
      })
  })
  afterAll(() => database?.drop())
  // A database for each test would take the embedded engine ten seconds.
  beforeAll(async () => {
    for (const table of TABLES) await run(`CREATE TABLE saved_${table} AS TABLE ${table}`)
  })
  afterEach(async () => {
    await withoutTriggers(
      TABLES.map(
        (table) => `DELETE FROM ${table}; INSERT INTO ${table} OVERRIDING SYSTEM VALUE TABLE saved_${table}`,
      ).join(';'),
    )
  })

  const run = (text: string) => database.source.query(text)
  const ids = async () => (await run('SELECT id FROM change ORDER BY id')).map(({ id }: { id: string }) => id)
  /** What somebody can do who owns the database: the triggers do not stop an owner. */
  const withoutTriggers = async (text: string) => {
    for (const table of ['change', 'change_seal']) await run(`ALTER TABLE ${table} DISABLE TRIGGER USER`)
    await run(text)
    for (const table of ['change', 'change_seal']) await run(`ALTER TABLE ${table} ENABLE TRIGGER USER`)
  }
  const faults = async () => (await verifyLog(database.source)).faults

  test('is whole, and its file can be checked without the database', async () => {
    const { rows, first, head, faults: none } = await verifyLog(database.source)
    expect({ rows, first, none }).toEqual({ rows: (await ids()).length, first: '1', none: [] })
    expect(head).toEqual(await logHead(database.source.manager))
    let before = Buffer.alloc(0)
    for await (const { salt, row, contentHash, hash } of sealedRows(database.source.manager)) {
      const content = createHash('sha256').update(Buffer.from(salt!, 'hex')).update(row!).digest()
      expect(content.toString('hex')).toBe(contentHash)
      before = createHash('sha256').update(before).update(content).digest()
      expect(before.toString('hex')).toBe(hash)
    }
    expect(before.toString('hex')).toBe(head!.hash)
  })

  test('refuses to change or lose rows, in every form', async () => {
    for (const table of ['change', 'change_seal'])
      for (const text of [
        `UPDATE ${table} SET ${table === 'change' ? `author = 'nobody'` : `hash = ''`}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table}`,
      ])
        await expect(run(text)).rejects.toThrow('the log is append-only')
    const [id] = await ids()
    // Neither an erasure that does not stand in the log nor one of another kind opens a row.
    await expect(
      run(`UPDATE change SET author = 'x', redacted_by = ${id} WHERE id = ${id}`),
    ).rejects.toThrow()
    expect(await faults()).toEqual([])
  })

  test('shows a row that was changed behind the triggers', async () => {
    const id = (await ids())[1]
    await withoutTriggers(`UPDATE change SET author = 'omar' WHERE id = ${id}`)
    expect(await faults()).toEqual([{ seq: expect.any(String), id, reason: 'the row was changed' }])
  })

  test('shows a row that was changed together with its own seal', async () => {
    const id = (await ids())[1]
    await withoutTriggers(`UPDATE change SET author = 'omar' WHERE id = ${id};
      UPDATE change_seal SET content_hash = sha256(salt || convert_to(change_text(c), 'UTF8'))
        FROM change AS c WHERE c.id = change_id AND c.id = ${id}`)
    expect(await faults()).toEqual([
      { seq: expect.any(String), id, reason: 'the seal does not follow from the one before' },
    ])
  })

  test('shows a row that was removed, with its seal or without', async () => {
    const [, second, third] = await ids()
    await withoutTriggers(`DELETE FROM change WHERE id = ${second}`)
    expect(await faults()).toMatchObject([{ id: second, reason: 'the row was removed' }])
    await withoutTriggers(`DELETE FROM change_seal WHERE change_id = ${second}`)
    expect(await faults()).toMatchObject([
      { id: third, reason: expect.stringMatching(/^the seals between \d+ and \d+ are missing$/) },
    ])
  })

  test('shows that its end was removed, to whoever noted a head', async () => {
    const head = (await logHead(database.source.manager))!
    const newest = (await ids()).at(-1)
    await recordChange(database.source.manager, 'leila', 'save site', 'S6')
    expect((await verifyLog(database.source, head)).faults).toEqual([])
    await withoutTriggers(
      `DELETE FROM change WHERE id >= ${newest}; DELETE FROM change_seal WHERE change_id >= ${newest}`,
    )
    expect(await faults()).toEqual([])
    expect((await verifyLog(database.source, head)).faults).toMatchObject([
      { seq: head.seq, reason: expect.stringContaining('newer rows were removed') },
    ])
  })

  test('shows a row that was added without the trigger', async () => {
    await withoutTriggers(`INSERT INTO change (author, action, subject) VALUES ('omar', 'save site', 'S9')`)
    expect(await faults()).toMatchObject([{ seq: null, reason: 'the row was never sealed' }])
  })

  test('seals rows in the order in which transactions commit, without a gap for one that is rolled back', async () => {
    const { source } = database
    const fail = source.transaction(async (tx) => {
      await recordChange(tx, 'leila', 'save site', 'lost')
      throw new Error('rolled back')
    })
    await expect(fail).rejects.toThrow('rolled back')
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        source.transaction(async (tx) => {
          await recordChange(tx, 'leila', 'save site', `P${n}`)
          await tx.query('SELECT pg_sleep($1)', [(n % 3) / 100])
          await recordChange(tx, 'leila', 'save site', `Q${n}`)
        }),
      ),
    )
    const { rows, head, faults: none } = await verifyLog(source)
    expect([String(rows), none]).toEqual([head!.seq, []])
  })

  test('rows older than the retention leave behind an anchor, and the rest stays whole', async () => {
    const { source } = database
    await setRetention(source, { subject: 'log', days: 30 }, 'leila')
    const count = (await ids()).length
    expect(await retireLog(source, new Date())).toBe(0)
    const head = (await logHead(source.manager))!
    expect(await retireLog(source, new Date(Date.now() + 31 * DAY_MS))).toBe(count - 1)
    const log = await listLog(source.manager, {}, { before: '9223372036854775807', limit: 100 })
    expect(log).toMatchObject([
      { kind: 'anchor', action: 'retire log', detail: { through: String(Number(head.seq) - 1) } },
      { action: 'set retention', author: 'leila', detail: { before: { days: 1825 }, after: { days: 30 } } },
    ])
    expect(await verifyLog(source, head)).toMatchObject({ rows: 2, first: head.seq, faults: [] })
    // The oldest row that is left cannot be taken as well.
    await withoutTriggers(
      `DELETE FROM change WHERE kind = 'change'; DELETE FROM change_seal WHERE seq = ${head.seq}`,
    )
    expect(await faults()).not.toEqual([])
  })

  test('is read by kind, author, action, subject and time', async () => {
    const db = database.source.manager
    await recordEvent(db, { kind: 'read', author: 'omar', action: 'read quarantine', subject: '' })
    const page = { before: '9223372036854775807', limit: 100 }
    expect(await listLog(db, { kind: 'read' }, page)).toMatchObject([{ author: 'omar', isRedacted: false }])
    expect(await listLog(db, { author: 'leila' }, page)).toHaveLength(5)
    expect(await listLog(db, { action: 'save site', subject: 'S3' }, page)).toHaveLength(1)
    expect(await listLog(db, { to: '2020-01-01' }, page)).toEqual([])
    expect(
      await listLog(db, { from: '2020-01-01', author: 'leila' }, { before: page.before, limit: 2 }),
    ).toMatchObject([{ subject: 'S5' }, { subject: 'S4' }])
  })
})
