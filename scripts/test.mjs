/** `npm test`: installs the tests' requirements and runs all tests; arguments after `--` go to vitest. */
import { spawn } from 'node:child_process'
import { ROOT, prepareCheckout } from './ready.mjs'
import { ensureSystemPackages } from './system-packages.mjs'

// Vitest prints the last line itself. If it was killed or did not come that far, this prints one.
const oweLastLine = () => process.stdout.write('0 passed, 1 failed, 0 skipped\n')

process.once('exit', oweLastLine)
prepareCheckout()
ensureSystemPackages()
const vitest = spawn(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: 'inherit',
})
// A terminal sends Ctrl-C to both processes; this one waits, so that the prompt returns after vitest has cleaned up.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => vitest.kill('SIGTERM'))
vitest.once('exit', (code) => {
  if (code !== null) process.removeListener('exit', oweLastLine)
  process.exitCode = code ?? 1
})
