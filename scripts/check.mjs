/**
 * `npm run check [-- NAME …]`: all checks that need no tests. Two tools run at a time; the output of a tool is shown
 * only if it finds something. `--list` names the checks.
 */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, exitWithError, prepareCheckout } from './ready.mjs'

const tsc = (project, cache) => [
  'typescript/bin/tsc',
  '--noEmit',
  '--incremental',
  '--tsBuildInfoFile',
  `node_modules/.cache/${cache}.tsbuildinfo`,
  '-p',
  project,
]

/** Checks by name, each a script and its arguments, the slow ones first. */
const CHECKS = {
  types: tsc('tsconfig.json', 'types'),
  'page types': tsc('web/tsconfig.json', 'page-types'),
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
  format: [
    'prettier/bin/prettier.cjs',
    '--check',
    '--cache',
    '--cache-location',
    'node_modules/.cache/prettier-checked',
    '.',
  ],
  // With the build's settings knip knows that dist/ is made of our sources. Otherwise it follows `#domain` into dist/
  // if that exists, and reports exports wrongly as unused or used.
  'dead code': ['knip/bin/knip.js', '-t', 'tsconfig.build.json'],
  lint: ['oxlint/bin/oxlint', '--deny-warnings'],
  sizes: ['scripts/sizes.mjs'],
}
const AT_ONCE = 2

const names = Object.keys(CHECKS)
const [first, ...more] = process.argv.slice(2)
if (first === '--list') {
  console.log(names.join('\n'))
} else {
  const chosen = first === undefined ? names : [first, ...more]
  const unknown = chosen.find((name) => !names.includes(name))
  if (unknown !== undefined) exitWithError(`There is no check “${unknown}”: ${names.join(', ')}.`)
  // The page's types are generated from the built OpenAPI document.
  if (!existsSync(join(ROOT, 'dist/openapi.d.ts'))) prepareCheckout()
  const passed = await runAll(chosen)
  process.exitCode = passed ? 0 : 1
}

/** Path of a tool: our own scripts are in `scripts`, others in `node_modules`. */
function toolPath(script) {
  return script.startsWith('scripts/') ? script : join('node_modules', script)
}

async function runAll(queue) {
  const waiting = [...queue]
  let passed = true
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift())
      passed = (await runOne(name)) && passed
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return passed
}

async function runOne(name) {
  const began = Date.now()
  const [script, ...args] = CHECKS[name]
  const tool = spawn(process.execPath, [toolPath(script), ...args], { cwd: ROOT })
  let output = ''
  for (const stream of [tool.stdout, tool.stderr]) stream.on('data', (bytes) => (output += bytes))
  const status = await new Promise((resolve) => tool.once('close', resolve))
  const seconds = ((Date.now() - began) / 1000).toFixed(1)
  console.log(`${status === 0 ? '✓' : '✗'} ${name} (${seconds} s)`)
  if (status !== 0) console.log(output.trim())
  return status === 0
}
