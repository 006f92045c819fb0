/** Probes are written by one statement, which claims their ids first: any other would let the next delivery double them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const WRITES_PROBES = /\b(?:INSERT INTO|MERGE INTO|COPY)\s+probe(?:_\d|\b(?!_))/

const sources = ['apps', 'libs'].flatMap((folder) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name)),
)

test('a statement that writes probes is recognised', () => {
  for (const statement of [
    'INSERT INTO probe (id)',
    'COPY probe FROM STDIN',
    'INSERT INTO probe_2026_11 VALUES',
  ])
    expect(statement).toMatch(WRITES_PROBES)
  for (const statement of ['INSERT INTO probe_ledger (id)', 'INSERT INTO probe_flag (cell)'])
    expect(statement).not.toMatch(WRITES_PROBES)
})

test('only libs/store/probes/insert.ts writes probes', () => {
  const writers = sources.filter((file) => WRITES_PROBES.test(readFileSync(file, 'utf8')))
  expect(writers).toEqual([join('libs', 'store', 'probes', 'insert.ts')])
})
