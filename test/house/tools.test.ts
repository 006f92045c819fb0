/** The house's own checks, by the tools that make them: what `npm run check` runs. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const check = (...args: string[]) =>
  spawnSync(process.execPath, ['scripts/check.mjs', ...args], { encoding: 'utf8' })

const CHECKS = check('--list').stdout.trim().split('\n')

test('there are the checks that CONTRIBUTING.md promises', () => {
  expect(CHECKS).toEqual(expect.arrayContaining(['types', 'lint', 'format', 'dead code', 'layers', 'sizes']))
})

test.each(CHECKS)('%s', (name) => {
  const done = check(name)
  expect(done.status, `${done.stdout}${done.stderr}`).toBe(0)
})

test('an unknown check is refused', () => {
  expect(check('no such check').status).toBe(1)
})
