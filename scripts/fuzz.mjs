/**
 * `npm run fuzz -- [REQUESTS [SEED]]`: requests made from the OpenAPI document, against the demonstration country.
 * `npm run fuzz -- imports [FILES [SEED]]`: wrong files at every door of the importers.
 */
import { spawnSync } from 'node:child_process'
import { ROOT, prepareCheckout } from './ready.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

const args = process.argv.slice(2)
const isImports = args[0] === 'imports'
const [count = isImports ? '20000' : '100000', seed = String(Date.now() % 1e9)] = isImports
  ? args.slice(1)
  : args
prepareCheckout()
if (!isImports) ensureSystemPackages()
process.stderr.write(`Seed ${seed}\n`)
const run = isImports
  ? { file: 'test/formats/import-fuzz.test.ts', env: { FUZZ_IMPORTS: count, FUZZ_SEED: seed } }
  : { file: 'test/api/fuzz.test.ts', env: { FUZZ: count, FUZZ_SEED: seed } }
const done = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', run.file], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, ...run.env },
})
process.exitCode = done.status ?? 1
