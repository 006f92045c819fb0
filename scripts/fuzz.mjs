/** `npm run fuzz -- [REQUESTS [SEED]]`: requests made from the OpenAPI document, against the demonstration country. */
import { spawnSync } from 'node:child_process'
import { ROOT, prepareCheckout } from './ready.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

const [requests = '100000', seed = String(Date.now() % 1e9)] = process.argv.slice(2)
prepareCheckout()
ensureSystemPackages()
process.stderr.write(`Seed ${seed}\n`)
const done = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', 'test/api/fuzz.test.ts'], {
  cwd: ROOT,
  stdio: 'inherit',
  env: { ...process.env, FUZZ: requests, FUZZ_SEED: seed },
})
process.exitCode = done.status ?? 1
