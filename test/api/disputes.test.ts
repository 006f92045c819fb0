/** Who may do what in a dispute, over HTTP, and what each reader sees of it. */
import { DISPUTE_ACTIONS, DISPUTE_LIMITS } from '#domain/dispute'
import { cellAt } from '#geo'
import { ROLES, type Role, insertDevice, newToken, sha256 } from '#store/people'
import { upsertSites } from '#store/sites'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve, signIn, siteWithDevice } from '../support/server.js'

const PDF = Buffer.from('%PDF-1.7\nevidence').toString('base64')
const SITE_CELL = cellAt(35.2447, -3.9317)

let database: TestDatabase
let server: TestServer
let token: string
const cookies: Record<string, string> = {}
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  server = await serve(database)
  token = (await siteWithDevice(database)).token
  for (const role of ROLES)
    cookies[role] = await signIn(server, database, role, { operator: role === 'operator' ? 'iam' : null })
  cookies['planner-2'] = await signIn(server, database, 'planner', { name: 'test-planner-2' })
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

type DisputeAnswer = Record<string, unknown> & {
  id: string
  state: string
  items: DisputeAnswer[]
  events: DisputeAnswer[]
  documents: DisputeAnswer[] | null
  actions: string[]
  detail: string
  next: string | null
}

const call = (
  method: string,
  path: string,
  { body, as, headers = {} }: { body?: unknown; as?: string; headers?: Record<string, string> } = {},
) =>
  callJson<DisputeAnswer>(`${server.url}/api/v1/disputes${path}`, method, {
    body,
    headers: {
      ...(as === 'device' ? { authorization: `Bearer ${token}` } : as ? { cookie: cookies[as]! } : {}),
      ...headers,
    },
  })

let used = 0
/** A dispute about a cell that the same author has not contested yet. */
const verdict = (more: object = {}) => ({
  subject: 'verdict',
  cell: OBSERVED_CELLS[used++ % OBSERVED_CELLS.length]!,
  claimed: 'white',
  claim: 'nothing reaches us here',
  ...more,
})
const open = async (as: string, more: object = {}) => {
  const answer = await call('POST', '', { body: verdict(more), as })
  expect([answer.status, answer.body.detail]).toEqual([201, undefined])
  return answer.body
}
const act = (id: string, action: string, as?: string, more: object = {}) =>
  call('POST', `/${id}/events`, { body: { action, comment: `${action} it`, ...more }, ...(as && { as }) })
const finish = (id: string, as: string) => act(id, 'withdraw', as)

/** Brings a fresh dispute of somebody into a state. */
const WAYS: Record<string, readonly string[]> = {
  open: [],
  under_review: ['review'],
  more_asked: ['review', 'ask'],
  answered: ['review', 'ask', 'answer'],
  upheld: ['review', 'uphold'],
  rejected: ['review', 'reject'],
  withdrawn: ['withdraw'],
}
async function inState(state: string, opener: string): Promise<string> {
  const { id } = await open(opener, opener === 'device' ? { cell: SITE_CELL } : {})
  for (const action of WAYS[state]!) {
    const as = ['answer', 'withdraw'].includes(action) ? opener : 'planner-2'
    expect((await act(id, action, as)).status).toBe(200)
  }
  return id
}

describe('rights', () => {
  const isPlanner = (role: string) => role === 'planner' || role === 'administrator'

  test.each(ROLES)(
    '%s opens, answers and withdraws its own, and decides none of them',
    async (role: Role) => {
      for (const [state, action, status] of [
        ['open', 'comment', 200],
        ['open', 'review', 403],
        ['under_review', 'ask', 403],
        ['under_review', 'uphold', 403],
        ['under_review', 'reject', 403],
        ['more_asked', 'answer', 200],
        ['open', 'withdraw', 200],
        ['upheld', 'withdraw', 409],
      ] as const) {
        const id = await inState(state, role)
        expect([state, action, (await act(id, action, role)).status]).toEqual([state, action, status])
        await finish(id, role)
      }
    },
  )

  test.each(ROLES)(
    '%s in a dispute of another: planners and above review and decide, others only read',
    async (role) => {
      const opener = role === 'public' ? 'operator' : 'public'
      const states = { comment: 'open', review: 'open', ask: 'under_review', answer: 'more_asked' } as const
      for (const action of DISPUTE_ACTIONS) {
        const id = await inState(
          action in states ? states[action as keyof typeof states] : 'under_review',
          opener,
        )
        const may = isPlanner(role) && action !== 'answer' && action !== 'withdraw'
        const offered = (await call('GET', `/${id}`, { as: role })).body.actions
        expect([action, offered.includes(action)]).toEqual([action, may])
        expect([action, (await act(id, action, role)).status]).toEqual([action, may ? 200 : 403])
        await finish(id, opener)
      }
    },
  )

  test('nobody does anything without an account or a token', async () => {
    expect((await call('POST', '', { body: verdict() })).status).toBe(401)
    const { id } = await open('public')
    for (const action of DISPUTE_ACTIONS) expect((await act(id, action)).status).toBe(401)
    await finish(id, 'public')
  })

  test('a device contests the cell of its own site and no other, at most three at a time', async () => {
    const elsewhere = await call('POST', '', { body: verdict(), as: 'device' })
    expect([elsewhere.status, elsewhere.body.detail]).toEqual([
      403,
      expect.stringContaining(`the token is of a device in ${SITE_CELL}`),
    ])
    const { id } = await open('device', { cell: SITE_CELL })
    expect((await call('GET', `/${id}`)).body).toMatchObject({ opener: { role: 'device', name: null } })
    const again = await call('POST', '', { body: verdict({ cell: SITE_CELL }), as: 'device' })
    expect([again.status, again.body.detail]).toEqual([422, expect.stringContaining(id)])
    const others = await open('public')
    expect((await act(others.id, 'comment', 'device')).status).toBe(403)
    expect((await act(id, 'comment', 'device')).status).toBe(200)
    expect((await act(id, 'withdraw', 'device')).status).toBe(200)
    const wrong = { authorization: 'Bearer tgt_000000000000000000000000' }
    expect((await call('POST', '', { body: verdict(), headers: wrong })).status).toBe(401)
    await finish(others.id, 'public')
  })

  test('a page of another site can neither open nor decide', async () => {
    const { id } = await open('public')
    const foreign: Record<string, string>[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
    ]
    for (const headers of foreign) {
      expect((await call('POST', '', { body: verdict(), as: 'public', headers })).status).toBe(403)
      const body = { action: 'review', comment: 'why' }
      expect((await call('POST', `/${id}/events`, { body, as: 'planner', headers })).status).toBe(403)
    }
    expect((await call('GET', `/${id}`)).body.state).toBe('open')
    await finish(id, 'public')
  })

  test('an operator’s account needs an operator, and no other role has one', async () => {
    const add = async (body: object) => {
      const answer = await fetch(`${server.url}/api/v1/accounts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', cookie: cookies['administrator']! },
        body: JSON.stringify(body),
      })
      return [answer.status, ((await answer.json()) as { operator?: string }).operator]
    }
    expect(await add({ name: 'iam-1', role: 'operator', operator: 'Maroc Telecom' })).toEqual([201, 'iam'])
    expect((await add({ name: 'iam-2', role: 'operator' }))[0]).toBe(400)
    expect((await add({ name: 'iam-3', role: 'operator', operator: ' .' }))[0]).not.toBe(500)
    expect((await add({ name: 'pl', role: 'planner', operator: 'iam' }))[0]).toBe(422)
  })
})

describe('what is seen', () => {
  test('the public sees subject, states, dates and the decision; planners see who spoke', async () => {
    const { id } = await open('operator', {
      documents: [{ name: 'pv.pdf', content: PDF }],
      reference: 'PV n° 14/2026',
      claim: 'a private sentence',
    })
    await act(id, 'review', 'planner')
    await act(id, 'reject', 'planner', { comment: 'measured again on 3 March: nothing' })
    for (const as of [undefined, 'public', 'analyst'] as const) {
      const { text, body, headers } = await call('GET', `/${id}`, as ? { as } : {})
      expect(headers.get('cache-control')).toContain('private')
      expect(text).not.toMatch(/private sentence|test-operator|test-planner|pv\.pdf|14\/2026|review it/)
      expect(body).toMatchObject({
        state: 'rejected',
        standing: expect.any(String),
        claimed: 'white',
        opener: { role: 'operator', operator: 'iam', name: null },
        claim: null,
        documents: null,
        actions: [],
        decision: 'measured again on 3 March: nothing',
      })
      expect(body.events.map(({ action, comment }) => [action, comment])).toEqual([
        ['open', null],
        ['review', null],
        ['reject', 'measured again on 3 March: nothing'],
      ])
    }
    const planner = (await call('GET', `/${id}`, { as: 'planner' })).body
    expect(planner).toMatchObject({ claim: 'a private sentence', opener: { name: 'test-operator' } })
    expect(planner.events[1]).toMatchObject({ author: { name: 'test-planner', role: 'planner' } })
    const own = (await call('GET', `/${id}`, { as: 'operator' })).body
    expect(own).toMatchObject({ mine: true, claim: 'a private sentence', documents: null })
    expect(own.events[1]).toMatchObject({ author: { name: null, role: 'planner' }, comment: 'review it' })
    for (const file of ['csv', 'xlsx'] as const)
      expect((await call('GET', `/table.${file}`)).text).not.toContain('a private sentence')
    expect((await call('GET', '/table.csv')).text.split('\r\n')[0]).toMatch(/^id,state,subject,h3,/)
    expect((await call('GET', '/table.csv', { as: 'planner' })).text).toContain('a private sentence')
  })

  test('a document is saved, never shown in place; its opener reads it while the dispute runs', async () => {
    const { id } = await open('operator', { documents: [{ name: "محضر 'أ'.pdf", content: PDF }] })
    const got = await call('GET', `/${id}/documents/1`, { as: 'operator' })
    expect([got.status, got.text]).toEqual([200, '%PDF-1.7\nevidence'])
    expect(got.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''[\w%.-]+$/)
    expect(got.headers.get('content-type')).toBe('application/pdf')
    expect(got.headers.get('x-content-type-options')).toBe('nosniff')
    expect(got.headers.get('content-security-policy')).toContain('sandbox')
    expect((await call('GET', `/${id}/documents/1`)).status).toBe(401)
    for (const as of ['public', 'analyst'] as const)
      expect((await call('GET', `/${id}/documents/1`, { as })).status).toBe(403)
    expect((await call('GET', `/${id}/documents/2`, { as: 'planner' })).status).toBe(404)
    await finish(id, 'operator')
    expect((await call('GET', `/${id}/documents/1`, { as: 'operator' })).status).toBe(403)
    expect((await call('GET', `/${id}/documents/1`, { as: 'planner' })).status).toBe(200)
  })

  test('pages follow each other, and filters that cannot be are named', async () => {
    const all: string[] = []
    for (let next: string | null = ''; next !== null;) {
      const { body } = await call('GET', `?limit=7${next && `&cursor=${next}`}`)
      all.push(...body.items.map(({ id }) => id))
      next = body.next
    }
    expect(new Set(all).size).toBe(all.length)
    expect(all).toEqual((await call('GET', '?limit=10000')).body.items.map(({ id }) => id))
    for (const [query, word] of [
      ['state=closed', '"closed"'],
      ['overdue=perhaps', '"perhaps"'],
      ['cursor=abc', '"abc"'],
      ['cell=xyz', '"xyz"'],
    ] as const) {
      const { status, body } = await call('GET', `?${query}`)
      expect([status, body.detail]).toEqual([400, expect.stringContaining(word)])
    }
    expect((await call('GET', '/not-an-id')).status).toBe(400)
    expect((await call('GET', '/00000000-0000-4000-8000-000000000000')).status).toBe(404)
  })
})

describe('limits', () => {
  test.each([
    [{ claim: 'short' }, 400, 'claim'],
    [{ cell: '8439993ffffffff' }, 400, '8439993ffffffff'],
    [{ claimed: 'slower' }, 422, 'claimed is "slower"'],
    [{ subject: 'declaration', claimed: 'absent' }, 400, 'operator'],
    [
      { subject: 'declaration', claimed: 'absent', operator: 'nobody', technology: '5g' },
      422,
      'operator nobody declares',
    ],
    [{ run: 9999 }, 404, '9999'],
    [{ reference: 'see https://example.org' }, 422, 'links are not allowed'],
    [{ probeIds: ['00000000-0000-4000-8000-00000000ffff'] }, 422, 'no probe of this cell'],
    [{ documents: [{ name: 'a.pdf', content: 'PGh0bWw+PHNjcmlwdD4=' }] }, 422, 'a.pdf'],
    [{ documents: [{ name: 'a.png', content: PDF }] }, 422, 'application/pdf'],
    [{ documents: [{ name: '../a.pdf', content: PDF }] }, 400, 'without folders'],
    [{ documents: [{ name: 'a.pdf', content: '%%%' }] }, 400, 'content'],
    [
      {
        documents: Array.from({ length: DISPUTE_LIMITS.documents + 1 }, () => ({
          name: 'a.pdf',
          content: PDF,
        })),
      },
      400,
      'documents',
    ],
    [{ documents: [{ name: 'a.pdf', content: 'A'.repeat(2_000_000) }] }, 400, '1 MiB'],
    [{ surprise: 1 }, 400, 'surprise'],
  ])('%j is refused with %i', async (more, status, word) => {
    const answer = await call('POST', '', { body: verdict(more), as: 'public' })
    expect([answer.status, answer.body.detail]).toEqual([status, expect.stringContaining(word)])
    expect(answer.text.length).toBeLessThan(2_000)
  })

  test('exactly 1 MiB is taken', async () => {
    const content = Buffer.alloc(DISPUTE_LIMITS.documentBytes, ' ')
    content.write('%PDF-1.7')
    const { id } = await open('public', {
      documents: [{ name: 'a.pdf', content: content.toString('base64') }],
    })
    await finish(id, 'public')
    const more = {
      documents: [
        { name: 'a.pdf', content: Buffer.concat([content, content.subarray(0, 1)]).toString('base64') },
      ],
    }
    expect((await call('POST', '', { body: verdict(more), as: 'public' })).status).toBe(422)
  })

  test('an account has so many unfinished disputes at a time', async () => {
    cookies['busy'] = await signIn(server, database, 'public', { name: 'busy' })
    for (let n = 0; n < DISPUTE_LIMITS.openPerAccount; n++) await open('busy', { cell: OBSERVED_CELLS[n]! })
    const body = verdict({ cell: OBSERVED_CELLS[DISPUTE_LIMITS.openPerAccount]! })
    const answer = await call('POST', '', { body, as: 'busy' })
    expect([answer.status, answer.body.detail]).toEqual([422, expect.stringContaining('the limit is 20')])
  })
})

test('a device of another site in the same cell does not answer for the first', async () => {
  const { id } = await open('device', { cell: SITE_CELL })
  const site = {
    code: 'S2',
    name: 'Poste',
    type: 'post_office' as const,
    communeCode: '01.051.01.01',
    lat: 35.2447,
    lng: -3.9317,
  }
  await upsertSites(database.source.manager, [site], { author: 'test', simulated: false })
  const other = newToken()
  await insertDevice(database.source.manager, 'S2', sha256(other), 'test')
  const answer = await call('POST', `/${id}/events`, {
    body: { action: 'withdraw', comment: 'not mine' },
    headers: { authorization: `Bearer ${other}` },
  })
  expect(answer.status).toBe(403)
})
