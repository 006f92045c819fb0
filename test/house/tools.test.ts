/** The house's own checks, by the tools that make them. */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

const CHECKS = {
  'types of the server and the tests': ['typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.json'],
  'types of the page': ['typescript/bin/tsc', '--noEmit', '-p', 'web/tsconfig.json'],
  lint: ['oxlint/bin/oxlint', '--deny-warnings'],
  format: ['prettier/bin/prettier.cjs', '--check', '.'],
  // The build's settings tell knip that dist/ is made of our sources; else it follows `#domain` into dist/ once that
  // exists, and takes all exports for unused, or for used.
  'dead code': ['knip/bin/knip.js', '-t', 'tsconfig.build.json'],
  layers: [
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.mjs',
    'apps',
    'libs',
    'migrations',
    'web',
    'test',
    'vitest.config.ts',
  ],
}

test.each(Object.entries(CHECKS))('%s', (_name, [tool, ...args]) => {
  const done = spawnSync(process.execPath, [`node_modules/${tool}`, ...args], { encoding: 'utf8' })
  expect(done.status, `${done.stdout}${done.stderr}`).toBe(0)
})
