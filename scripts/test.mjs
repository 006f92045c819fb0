/** `npm test`: installs what the tests need and runs everything; what follows `--` goes to vitest. */
import { spawnSync } from 'node:child_process'
import { ROOT, ready } from './ready.mjs'
import { needSystemPackages } from './system-packages.mjs'

ready()
needSystemPackages()
const vitest = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)],
  {
    cwd: ROOT,
    stdio: 'inherit',
  },
)
process.exit(vitest.status ?? 1)
