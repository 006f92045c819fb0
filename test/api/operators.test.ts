/** What a person of an operator may do: answer disputes about its own network, and declare its own coverage. */
import { cellAt, centreOf } from '#geo'
import { gridDisk } from 'h3-js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { madeKey } from '../support/api-key.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { callJson } from '../support/json-client.js'
import { OBSERVED_CELLS, fillObservatory } from '../support/observatory.js'
import { type TestServer, serve, signIn } from '../support/server.js'

/** Cells in the province of Al Hoceima. */
const INSIDE = gridDisk(cellAt(35.05, -4), 1)

let database: TestDatabase
let server: TestServer
const WHO: Record<string, Record<string, string>> = { stranger: {} }
beforeAll(async () => {
  database = await freshDatabase('postgresql')
  await fillObservatory(database, new Date())
  server = await serve(database)
  for (const role of ['public', 'analyst', 'planner', 'administrator'] as const)
    WHO[role] = { cookie: await signIn(server, database, role) }
  for (const operator of ['iam', 'orange'])
    WHO[operator] = {
      cookie: await signIn(server, database, 'operator', { name: `noc-${operator}`, operator }),
    }
  WHO['iamNorth'] = {
    cookie: await signIn(server, database, 'operator', { name: 'noc-north', operator: 'iam' }),
  }
  WHO['north'] = { cookie: await signIn(server, database, 'planner', { name: 'north' }) }
  for (const name of ['noc-north', 'north'])
    expect(
      (await call('administrator', 'PATCH', `/api/v1/accounts/${name}`, { areas: ['01.051'] })).status,
    ).toBe(200)
  const key = { name: 'iam feed', role: 'operator' as const, operator: 'iam', days: 1 }
  WHO['iamKey'] = { authorization: `Bearer ${(await madeKey(database, key)).key}` }
})
afterAll(async () => {
  await server?.close()
  await database?.drop()
})

type Body = Record<string, unknown> & { id: string; events: { comment: string | null; author: object }[] }
const call = (who: string, method: string, path: string, body?: unknown) =>
  callJson<Body>(server.url + path, method, { body, headers: WHO[who]! })

async function declare(who: string, text: string, query = '') {
  const answer = await fetch(`${server.url}/api/v1/coverage/import?${query}`, {
    method: 'POST',
    headers: { ...WHO[who], 'content-type': 'text/csv' },
    body: text,
  })
  return { status: answer.status, body: (await answer.json()) as Body }
}
const table = (...rows: string[]) =>
  `h3,operator,technology,download (Mbit/s),upload (Mbit/s),date\n${rows.join('\n')}\n`
const claim = (h3: string, operator: string, speed = 30) => `${h3},${operator},4g,${speed},2,2026-03-01`
const declared = (operator: string): Promise<{ h3: string; source: string }[]> =>
  database.source.query(
    `SELECT to_hex(cell) AS h3, source FROM coverage WHERE kind = 'declared' AND operator = $1 AND on_date = '2026-03-01'
     AND withdrawn_at IS NULL AND source = 'noc.csv' ORDER BY 1`,
    [operator],
  )

test('an operator declares its own network, and nobody else’s', async () => {
  const [first, second] = INSIDE as [string, string]
  const text = table(
    claim(first, 'Maroc Telecom'),
    claim(second, 'orange'),
    claim('xyz', 'iam'),
    claim(second, ''),
  )
  const preview = await declare('iam', text, 'name=noc.csv&preview=true')
  expect([preview.status, await declared('iam')]).toEqual([200, []])
  for (const who of ['iam', 'iamKey']) {
    const { status, body } = await declare(who, text, 'name=noc.csv&operator=orange')
    expect([who, status, body]).toMatchObject([
      who,
      200,
      {
        lines: 4,
        cells: 2,
        added: who === 'iam' ? 2 : 0,
        duplicates: who === 'iam' ? 0 : 2,
        refusedLines: 2,
        refused: [
          { line: 3, field: 'operator', value: 'orange' },
          { line: 4, field: 'h3', value: 'xyz' },
        ],
      },
    ])
  }
  expect((await declared('iam')).map(({ h3 }) => h3)).toEqual([first, second].toSorted())
  expect(await declared('orange')).toEqual([])
  const log: { author: string }[] = await database.source.query(
    `SELECT author FROM change WHERE action = 'import declared' AND author <> 'test' ORDER BY id`,
  )
  expect(log.map(({ author }) => author)).toEqual(['noc-iam', 'key:iam feed'])
})

test('a planner declares for all operators, who is bound to areas only there, and others not at all', async () => {
  const [near, far] = [INSIDE[2]!, OBSERVED_CELLS[0]!]
  const text = table(claim(near, 'orange'), claim(far, 'orange'), claim(near, 'iam'))
  const linesRefused = async (who: string) => {
    const { status, body } = await declare(who, text, 'name=x.csv')
    expect(status).toBe(200)
    return (body['refused'] as { line: number }[]).map(({ line }) => line)
  }
  expect(await linesRefused('planner')).toEqual([])
  expect(await linesRefused('administrator')).toEqual([])
  expect(await linesRefused('north')).toEqual([3])
  expect(await linesRefused('iamNorth')).toEqual([2, 3])
  for (const who of ['public', 'analyst']) expect((await declare(who, text)).status).toBe(403)
  expect((await declare('stranger', text)).status).toBe(401)
})

test('an operator answers disputes about its own declarations, without knowing who contests', async () => {
  const cell = INSIDE[0]!
  const contested = { subject: 'declaration', cell, operator: 'iam', technology: '4g', claimed: 'absent' }
  const documents = [{ name: 'a.pdf', content: Buffer.from('%PDF-1.7\nx').toString('base64') }]
  const opened = await call('public', 'POST', '/api/v1/disputes', {
    ...contested,
    claim: 'there is nothing here',
    documents,
  })
  expect([opened.status, opened.body['detail']]).toEqual([201, undefined])
  const path = `/api/v1/disputes/${opened.body.id}`
  const act = (who: string, action: string) =>
    call(who, 'POST', `${path}/events`, { action, comment: `${action} by ${who}` })

  const seen = (await call('iam', 'GET', path)).body
  expect(seen).toMatchObject({
    claim: 'there is nothing here',
    opener: { role: 'public', name: null },
    siteCode: null,
    documents: null,
    actions: ['comment'],
  })
  expect(JSON.stringify(seen)).not.toContain('test-public')
  expect((await call('orange', 'GET', path)).body).toMatchObject({ claim: null, actions: [] })
  expect((await call('iamNorth', 'GET', path)).body).toMatchObject({ actions: ['comment'] })

  expect((await act('orange', 'comment')).status).toBe(403)
  for (const who of ['iam', 'iamNorth', 'iamKey']) expect((await act(who, 'comment')).status).toBe(200)
  for (const action of ['review', 'uphold', 'reject', 'withdraw', 'ask'])
    expect([action, (await act('iam', action)).status]).toEqual([action, 403])
  expect((await act('planner', 'review')).status).toBe(200)
  expect((await act('planner', 'ask')).status).toBe(200)
  expect((await act('iam', 'answer')).body).toMatchObject({ state: 'answered' })
  const forOpener = (await call('public', 'GET', path)).body
  expect(forOpener.events.at(-1)).toMatchObject({
    comment: 'answer by iam',
    author: { role: 'operator', operator: 'iam', name: null },
  })
  expect((await call('iam', 'GET', `${path}/documents/1`)).status).toBe(403)
})

test('an operator bound to areas answers for nothing outside them', async () => {
  const cell = OBSERVED_CELLS[1]!
  const [lng, lat] = centreOf(cell)
  expect((await declare('iam', table(claim(cell, 'iam')), `name=far.csv`)).body).toMatchObject({
    refused: [],
  })
  const body = {
    subject: 'declaration',
    cell,
    operator: 'iam',
    technology: '4g',
    claimed: 'slower',
    claim: `at ${lat}, ${lng}`,
  }
  const { body: dispute } = await call('public', 'POST', '/api/v1/disputes', body)
  const path = `/api/v1/disputes/${dispute.id}`
  expect((await call('iam', 'GET', path)).body['claim']).toBe(body.claim)
  expect((await call('iamNorth', 'GET', path)).body).toMatchObject({ claim: null, actions: [] })
  const event = { action: 'comment', comment: 'we looked' }
  expect((await call('iamNorth', 'POST', `${path}/events`, event)).status).toBe(403)
  expect((await call('iam', 'POST', `${path}/events`, event)).status).toBe(200)
})
