/** The house's own checks, by the tools that make them. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const CHECKS = {
  'types of the server and the tests': ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  'types of the page': ['typescript/bin/tsc', '--noEmit', '-p', 'web/tsconfig.json'],
  lint: ['oxlint/bin/oxlint', '--deny-warnings'],
  format: ['prettier/bin/prettier.cjs', '--check', '.'],
  'dead code': ['knip/bin/knip.js'],
  layers: [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    ...['apps', 'libs', 'migrations', 'web/src', 'test', 'vitest.config.ts'],
  ],
}

test.each(Object.entries(CHECKS))('%s', (_name, [tool, ...args]) => {
  const done = spawnSync(process.execPath, [`node_modules/${tool}`, ...args], { encoding: 'utf8' })
  expect(done.status, `${done.stdout}${done.stderr}`).toBe(0)
})
