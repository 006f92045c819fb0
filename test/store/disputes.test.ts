/** Disputes in both databases: what is kept, and what is refused. */
import { DISPUTE_LIMITS, deadlineOf } from '#domain/dispute'
import { cellToSql } from '#geo'
import {
  type DisputeAuthor,
  type NewDispute,
  addDisputeEvent,
  documentsOfDispute,
  eventsOfDispute,
  findDispute,
  findDocument,
  listDisputes,
  openDispute,
} from '#store/disputes'
import { type RunRow } from '#store/runs'
import { verdictAt } from '#store/verdicts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENGINES, type TestDatabase, freshDatabase } from '../support/database.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'

const NOW = new Date()
const DAY_MS = 86_400_000
const someone = (name: string, role: DisputeAuthor['role'] = 'public'): DisputeAuthor => ({
  name,
  role,
  operator: role === 'operator' ? 'iam' : null,
  siteCode: null,
  areas: null,
})
const PLANNER = someone('planner', 'planner')
const ALL = {
  area: null,
  cell: null,
  state: null,
  operator: null,
  overdue: null,
  now: NOW,
  after: '',
  limit: 1000,
} as const
const file = (n: number) => ({
  name: `${n}.pdf`,
  mediaType: 'application/pdf',
  content: Buffer.from(`%PDF-${n}\0\xff`),
})

describe.each(ENGINES)('disputes on %s', (engine) => {
  let database: TestDatabase
  let run: RunRow
  beforeAll(async () => {
    database = await freshDatabase(engine)
    run = await fillObservatory(database, NOW)
  })
  afterAll(() => database.drop())

  const of = (n: number, more: Partial<NewDispute> = {}): NewDispute => ({
    cell: cellToSql(OBSERVED_CELLS[n]!),
    subject: { kind: 'verdict', run },
    claimed: 'white',
    claim: 'nothing reaches us here',
    probeIds: [],
    reference: null,
    documents: [],
    simulated: false,
    ...more,
  })
  const opened = async (dispute: NewDispute, by: DisputeAuthor, at = NOW): Promise<string> => {
    const answer = await openDispute(database.source, dispute, by, at)
    if ('refused' in answer) throw new Error(answer.detail)
    return answer.id
  }
  const add = (id: string, action: Parameters<typeof addDisputeEvent>[2]['action'], by: DisputeAuthor) =>
    addDisputeEvent(database.source, id, { action, comment: `${action} it`, documents: [] }, by, NOW)

  test('all that was said stands in order; the verdict is what it was', async () => {
    const by = someone('opener', 'operator')
    const cell = cellToSql(OBSERVED_CELLS[1]!)
    const before = await verdictAt(database.source.manager, run, cell)
    const id = await opened(of(1, { documents: [file(1)] }), by)
    const steps = [
      ['review', PLANNER],
      ['ask', PLANNER],
      ['answer', by],
      ['comment', by],
      ['uphold', PLANNER],
    ] as const
    for (const [action, who] of steps) expect(await add(id, action, who)).not.toHaveProperty('refused')
    const events = await eventsOfDispute(database.source.manager, id)
    expect(events.map(({ number, action, state, author }) => [number, action, state, author])).toEqual([
      [1, 'open', 'open', 'opener'],
      [2, 'review', 'under_review', 'planner'],
      [3, 'ask', 'more_asked', 'planner'],
      [4, 'answer', 'answered', 'opener'],
      [5, 'comment', 'answered', 'opener'],
      [6, 'uphold', 'upheld', 'planner'],
    ])
    expect(await findDispute(database.source.manager, id)).toMatchObject({
      subject: 'verdict',
      h3: OBSERVED_CELLS[1],
      run: run.id,
      rule: 'ma-floor',
      standing: before!.class,
      state: 'upheld',
      decision: 'uphold it',
      openerOperator: 'iam',
      dueBy: new Date(deadlineOf(NOW.getTime())),
      // Regions and provinces come with every database; communes do not.
      regionCode: expect.stringMatching(/^\d\d$/),
      provinceCode: expect.stringMatching(/^\d\d\.\d{3}$/),
      communeCode: null,
    })
    expect(await verdictAt(database.source.manager, run, cell)).toEqual(before)
    expect(await documentsOfDispute(database.source.manager, id)).toEqual([
      { number: 1, event: 1, name: '1.pdf', mediaType: 'application/pdf', bytes: file(1).content.length },
    ])
    expect((await findDocument(database.source.manager, id, 1))!.content).toEqual(file(1).content)
    const changes = await database.source.query(
      `SELECT author, action FROM change WHERE subject = $1 ORDER BY id`,
      [id],
    )
    expect(changes.map((c: { author: string; action: string }) => `${c.author}: ${c.action}`)).toEqual([
      'opener: open dispute',
      ...steps.map(([action, who]) => `${who.name}: ${action} dispute`),
    ])
  })

  test('what is not theirs, not now, or too much is refused and leaves nothing', async () => {
    const by = someone('careful')
    const id = await opened(of(2), by)
    const refused = async (...args: Parameters<typeof add>) =>
      ((await add(...args)) as { refused?: string }).refused
    expect(await refused(id, 'review', by)).toBe('not_yours')
    expect(await refused(id, 'comment', someone('stranger'))).toBe('not_yours')
    expect(await refused(id, 'uphold', PLANNER)).toBe('not_now')
    expect(await refused('00000000-0000-4000-8000-000000000000', 'review', PLANNER)).toBe('unknown')
    const files = Array.from({ length: DISPUTE_LIMITS.documents + 1 }, (_, n) => file(n))
    const many = { action: 'comment', comment: 'see', documents: files } as const
    expect(await addDisputeEvent(database.source, id, many, by, NOW)).toMatchObject({ refused: 'too_much' })
    expect(await eventsOfDispute(database.source.manager, id)).toHaveLength(1)
    expect(await documentsOfDispute(database.source.manager, id)).toEqual([])
  })

  test('a planner does not decide their own; an account named as a device is not the device', async () => {
    const own = await opened(of(3), PLANNER)
    expect(await add(own, 'review', PLANNER)).toMatchObject({ refused: 'not_yours' })
    const device = someone('11111111-1111-4111-8111-111111111111', 'device')
    const id = await opened(of(3), device)
    expect(await add(id, 'withdraw', { ...device, role: 'public' })).toMatchObject({ refused: 'not_yours' })
    expect(await add(id, 'withdraw', device)).toEqual({ state: 'withdrawn' })
  })

  test('the same is contested once at a time, and so many at once', async () => {
    const device = someone('22222222-2222-4222-8222-222222222222', 'device')
    const first = await opened(of(4), device)
    expect(await openDispute(database.source, of(4), device, NOW)).toMatchObject({
      refused: 'too_much',
      detail: expect.stringContaining(first),
    })
    // All at once: the lock makes them one after the other.
    const answers = await Promise.all(
      [5, 6, 7, 8, 9].map((n) => openDispute(database.source, of(n), device, NOW)),
    )
    expect(answers.filter((answer) => 'id' in answer)).toHaveLength(DISPUTE_LIMITS.openPerDevice - 1)
    await add(first, 'withdraw', device)
    await opened(of(4), device)
  })

  test('a declaration that nobody made cannot be contested; one that was is named with its speed', async () => {
    const by = someone('agent')
    const declared = (operator: string, n: number) =>
      of(n, { subject: { kind: 'declaration', operator, technology: 'fibre' }, claimed: 'absent' })
    expect(await openDispute(database.source, declared('iam', 1), by, NOW)).toMatchObject({
      refused: 'no_subject',
      detail: 'operator iam declares no fibre coverage in this cell',
    })
    const id = await opened(declared('iam', 4), by)
    expect(await findDispute(database.source.manager, id)).toMatchObject({
      subject: 'declaration',
      standing: '50000000',
      operator: 'iam',
      run: null,
    })
    const probes: { id: string; h3: string }[] = await database.source.query(
      'SELECT id, to_hex(cell) AS h3 FROM probe ORDER BY id',
    )
    const here = probes.find(({ h3 }) => h3 === OBSERVED_CELLS[6])!
    expect(await openDispute(database.source, of(5, { probeIds: [here.id] }), by, NOW)).toMatchObject({
      refused: 'no_subject',
      detail: `probeIds has ${here.id}: no probe of this cell has this id`,
    })
    await opened(of(6, { probeIds: [here.id] }), by)
  })

  test('the list is filtered as plain arrays are, and its pages are the whole, newest first', async () => {
    const old = await opened(of(10), someone('old', 'operator'), new Date(NOW.getTime() - 40 * DAY_MS))
    const done = await opened(of(11), someone('done'), new Date(NOW.getTime() - 50 * DAY_MS))
    await add(done, 'withdraw', someone('done'))
    const db = database.source.manager
    const all = await listDisputes(db, ALL)
    const unfinished = (state: string) => !['upheld', 'rejected', 'withdrawn'].includes(state)
    const ids = async (more: Partial<Parameters<typeof listDisputes>[1]>) =>
      (await listDisputes(db, { ...ALL, ...more })).map(({ id }) => id)
    const where = (test: (row: (typeof all)[number]) => boolean) => all.filter(test).map(({ id }) => id)
    const isOver = (row: (typeof all)[number]) => unfinished(row.state) && row.dueBy < NOW
    expect(await ids({ overdue: true })).toEqual(where(isOver))
    expect(await ids({ overdue: true })).toEqual([old])
    expect(await ids({ overdue: false })).toEqual(where((row) => !isOver(row)))
    expect(await ids({ state: 'unfinished' })).toEqual(where((row) => unfinished(row.state)))
    expect(await ids({ state: 'upheld' })).toEqual(where((row) => row.state === 'upheld'))
    expect(await ids({ operator: 'iam' })).toEqual(
      where((row) => row.operator === 'iam' || row.openerOperator === 'iam'),
    )
    expect(await ids({ cell: cellToSql(OBSERVED_CELLS[4]!) })).toEqual(
      where((row) => row.h3 === OBSERVED_CELLS[4]),
    )
    const { regionCode, provinceCode } = all[0]!
    expect(await ids({ area: regionCode })).toEqual(where((row) => row.regionCode === regionCode))
    expect(await ids({ area: provinceCode })).toEqual(where((row) => row.provinceCode === provinceCode))
    const paged: string[] = []
    for (let after = ''; ;) {
      const page = await ids({ after, limit: 3 })
      paged.push(...page)
      if (page.length < 3) break
      after = page.at(-1)!
    }
    expect(paged).toEqual(all.map(({ id }) => id))
    expect(all.map(({ openedAt }) => openedAt.getTime())).toEqual(
      all.map(({ openedAt }) => openedAt.getTime()).toSorted((a, b) => b - a),
    )
  })
})
