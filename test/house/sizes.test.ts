/** Each limit of scripts/sizes.mjs reports a fault that is planted for it. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const house = mkdtempSync(join(tmpdir(), 'taghtiya-sizes-'))
afterAll(() => rmSync(house, { recursive: true, force: true }))

const lines = (count: number) => '// one line\n'.repeat(count)
const functionOf = (name: string, count: number) => `function ${name}() {\n${lines(count - 2)}}\n`

function faultsOf(files: Record<string, string>): string[] {
  rmSync(house, { recursive: true, force: true })
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(house, file)), { recursive: true })
    writeFileSync(join(house, file), text)
  }
  const { stdout, status } = spawnSync(process.execPath, ['scripts/sizes.mjs', house], { encoding: 'utf8' })
  const faults = stdout.split('\n').filter((line) => line !== '')
  expect(status).toBe(faults.length > 0 ? 1 : 0)
  return faults
}

const files = (folder: string, count: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`${folder}/file-${n}.ts`, lines(1)]))

test('a folder of 21 source files is too many; styles and migrations do not count', () => {
  expect(faultsOf({ ...files('libs/geo', 21) })).toEqual([
    expect.stringContaining('libs/geo: 21 source files'),
  ])
  expect(faultsOf({ ...files('libs/geo', 20), 'libs/geo/a.css': '', ...files('migrations', 30) })).toEqual([])
})

test('a file of 351 lines is too long; words are tables', () => {
  const faults = faultsOf({ 'libs/geo/long.ts': lines(351), 'web/src/long.css': lines(351) })
  expect(faults).toEqual([
    expect.stringContaining('libs/geo/long.ts: 351 lines'),
    expect.stringContaining('web/src/long.css: 351 lines'),
  ])
  expect(faultsOf({ 'libs/geo/long.ts': lines(350), 'web/src/plan/words.ts': lines(900) })).toEqual([])
})

test('a function of 100 lines is too long in the page', () => {
  expect(faultsOf({ 'web/src/app.tsx': functionOf('App', 100) })).toEqual([
    'web/src/app.tsx:1 App: 100 lines, at most 99 in the page',
  ])
  expect(
    faultsOf({ 'web/src/app.tsx': functionOf('App', 99), 'libs/geo/a.ts': functionOf('a', 100) }),
  ).toEqual([])
})

test('five functions may have more than 60 lines, six may not', () => {
  const long = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`apps/f${n}.ts`, functionOf(`f${n}`, 61)]))
  expect(faultsOf(long(5))).toEqual([])
  const faults = faultsOf({ ...long(6), 'apps/short.ts': functionOf('short', 60) })
  expect(faults).toHaveLength(6)
  expect(faults[0]).toContain('61 lines; 6 functions have over 60, at most 5 may')
})
