/** The roster by the command line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { serverPlace } from '../support/database.js'
import { runCli } from '../support/process.js'

const folder = mkdtempSync(join(tmpdir(), 'taghtiya-roster-'))
let place: Awaited<ReturnType<typeof serverPlace>>
beforeAll(async () => {
  place = await serverPlace()
})
afterAll(async () => {
  await place.remove()
  rmSync(folder, { recursive: true })
})

const roster = (...args: string[]) => runCli(place.env, 'roster', ...args)
async function listed(...args: string[]) {
  const { out } = await roster('list', '--json', ...args)
  return (JSON.parse(out) as { items: Record<string, unknown>[] }).items
}

test('an entry is added, ended and withdrawn, each with its reason', async () => {
  expect(await roster('list')).toMatchObject({ code: 0, out: 'the roster has no entries\n' })
  const add = ['add', '--operator', 'Maroc Telecom', '--technology', '4G,fibre', '--source', 'a licence']
  expect(await roster(...add)).toMatchObject({ code: 2, err: expect.stringContaining('--comment') })
  const extent = ['--region', '01,02', '--from', '01/03/2020', '--assumption', '--comment', 'published']
  const { code, out } = await roster(...add, ...extent)
  expect([code, out]).toEqual([
    0,
    expect.stringMatching(
      /^entry \d+: iam: 4g, fibre; regions 01, 02 from 2020-03-01; a licence \(assumption\)\n$/,
    ),
  ])
  const again = await roster(...add, '--comment', 'again')
  expect(again).toMatchObject({
    code: 1,
    err: expect.stringContaining('technologies "4g, fibre": 4g, fibre: overlaps'),
  })
  const [entry] = await listed()
  expect(entry).toMatchObject({
    operator: 'iam',
    author: expect.stringMatching(/^cli:/),
    comment: 'published',
  })
  expect(await roster('end', String(entry!.id), '--to', '2026-06-30', '--comment', 'closed')).toMatchObject({
    code: 0,
  })
  expect(await listed('--at', '2026-07-01')).toEqual([])
  const [ended] = await listed('--at', '2026-06-30')
  expect(ended).toMatchObject({ to: '2026-06-30' })
  expect(await roster('withdraw', String(ended!.id), '--comment', 'never served')).toMatchObject({ code: 0 })
  expect(await roster('withdraw', String(ended!.id), '--comment', 'never served')).toMatchObject({ code: 1 })
  expect(await listed('--history')).toHaveLength(2)
})

test('a table is shown, then added; a line that is refused fails the command', async () => {
  const file = join(folder, 'liste.csv')
  writeFileSync(file, 'operateur;technologies;source\ninwi;5G;licence\ninwi;pigeon;licence\ninwi;5G;other\n')
  const preview = await roster('import', file, '--preview')
  expect(preview).toMatchObject({
    code: 1,
    out: expect.stringContaining('1 would be added, 0 unchanged, 2 refused, of 3 rows'),
  })
  expect(await listed()).toEqual([])
  const done = await roster('import', file, '--json')
  expect(done.code).toBe(1)
  expect(JSON.parse(done.out)).toMatchObject({
    added: 1,
    unchanged: 0,
    refused: [
      { line: 3, field: 'technologies' },
      { line: 4, field: 'technologies' },
    ],
    rows: 3,
    preview: false,
  })
  const copy = join(folder, 'copy.json')
  writeFileSync(copy, (await roster('list', '--json')).out)
  expect(await roster('import', copy)).toMatchObject({ code: 0, out: expect.stringContaining('1 unchanged') })
})

test.each([
  [['roster'], 2, 'list, add, end, withdraw, import'],
  [['roster', 'end', 'x', '--to', '2026-01-01', '--comment', 'x'], 2, 'it is "x"'],
  [
    ['roster', 'add', '--operator', 'iam', '--technology', 'smoke', '--source', 'x', '--comment', 'x'],
    2,
    '"smoke"',
  ],
  [['roster', 'import', '/nowhere.csv'], 1, 'cannot read'],
  [['roster', 'list', '--known-before', 'yesterday'], 2, '"yesterday"'],
])('%s exits with %i', async (args, code, text) => {
  const result = await runCli(place.env, ...args)
  expect(result).toMatchObject({ code, err: expect.stringContaining(text) })
})
