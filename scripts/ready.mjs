/**
 * Makes the checkout runnable: installs packages and builds the sources. Needs only Node and npm, and costs a few
 * hundredths of a second if nothing changed. All messages go to standard error, because `--json` owns standard output.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const path = (...parts) => join(ROOT, ...parts)

const say = (text) => process.stderr.write(`${text}\n`)

const MIN_NODE = [20, 19]
// The OpenAPI document contains the analysts' guide.
const SOURCES = ['apps', 'libs', 'migrations', 'web', 'test/bench', 'test/support', 'docs/analysts.md']
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
]
const LOCK_FILE = path('package-lock.json')
// The file is in node_modules, so that deleting that folder deletes it too.
const INSTALLED = path('node_modules', '.taghtiya-installed')
const BUILT = path('dist', '.built')
const WEB = 'web'
const MAX_OUTPUT = 64 * 1024 * 1024

/** Installs and builds what is missing. One process does so at a time; others wait for it. */
export function prepareCheckout() {
  refuseOldNode()
  if (isInstalled() && isBuilt()) return
  withLock(() => {
    if (!isInstalled()) install()
    if (!isBuilt()) build()
  })
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])) return
  exitWithError(`Taghtiya needs Node ${MIN_NODE.join('.')} or newer; this is ${process.versions.node}.`)
}

const isInstalled = () => stampEquals(INSTALLED, digestOf(readFileSync(LOCK_FILE)))
const isBuilt = () => stampEquals(BUILT, digestOf(listing()))
const stampEquals = (stamp, digest) => existsSync(stamp) && readFileSync(stamp, 'utf8') === digest

function install() {
  const digest = digestOf(readFileSync(LOCK_FILE))
  if (!installedByHand()) {
    say('Installing packages (about a minute, once) …')
    rmSync(INSTALLED, { force: true })
    // The compiler is needed whatever NODE_ENV or npm's settings say, hence --include=dev.
    run('npm', ['ci', '--include=dev', '--no-audit', '--no-fund', '--loglevel=error'])
  }
  writeFileSync(INSTALLED, digest)
}

/** Whether npm's own record agrees with the lock file; then nothing needs to be installed again. */
function installedByHand() {
  const record = path('node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = packagesOf(record)
  return Object.entries(packagesOf(LOCK_FILE)).every(
    ([name, locked]) => name === '' || locked.optional || installed[name]?.version === locked.version,
  )
}

const packagesOf = (lockFile) => JSON.parse(readFileSync(lockFile, 'utf8')).packages

function build() {
  const digest = digestOf(listing())
  say('Building (about ten seconds, after each change) …')
  emptyDist()
  run('npm', ['run', '--silent', 'build'])
  writeFileSync(BUILT, digest)
}

/** The stamp is removed first, so that a broken build leaves none; the pages stay until vite has built new ones. */
function emptyDist() {
  rmSync(BUILT, { force: true })
  const names = existsSync(path('dist')) ? readdirSync(path('dist')) : []
  for (const name of names) {
    if (name !== WEB) rmSync(path('dist', name), { recursive: true, force: true })
  }
}

/** Names, sizes and times of all sources; reading their content would take longer and detect no more changes. */
function listing() {
  const lines = []
  const visit = (name) => {
    const about = statSync(path(name))
    if (about.isDirectory()) for (const child of readdirSync(path(name)).toSorted()) visit(`${name}/${child}`)
    else lines.push(`${name} ${about.size} ${about.mtimeMs}`)
  }
  for (const name of [...SOURCES, ...SETTINGS]) if (existsSync(path(name))) visit(name)
  return lines.join('\n')
}

const digestOf = (content) => createHash('sha256').update(content).digest('hex')

/** Runs a command; its output is shown only if it fails. */
function run(command, args) {
  const env = { ...process.env }
  // NODE_ENV=development would reach vite and put development code into the pages.
  delete env.NODE_ENV
  const options = { cwd: ROOT, env, encoding: 'utf8', maxBuffer: MAX_OUTPUT }
  const done = spawnSync(command, args, { ...options, shell: process.platform === 'win32' })
  if (done.status === 0) return
  say(`${done.stdout ?? ''}${done.stderr ?? ''}`)
  exitWithError(`${command} ${args.join(' ')} failed${done.error ? `: ${done.error.message}` : '.'}`)
}

function withLock(work) {
  const lock = path('.building')
  const drop = () => rmSync(lock, { recursive: true, force: true })
  takeLock(lock)
  process.once('exit', drop)
  work()
  drop()
  process.removeListener('exit', drop)
}

function takeLock(lock) {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (let waits = 0; !madeLock(lock); waits++) {
    if (waits === 0) say('Waiting for another command that installs or builds …')
    if (isAbandoned(lock)) rmSync(lock, { recursive: true, force: true })
    else Atomics.wait(pause, 0, 0, 200)
  }
}

/** Whether this process made the folder of the lock. Two processes cannot both make it. */
function madeLock(lock) {
  try {
    mkdirSync(lock)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(join(lock, 'pid'), String(process.pid))
  return true
}

/** Time between making the folder and writing the process id into it. */
const MAX_PID_WRITE_MS = 5000

/** Whether the process that holds the lock has ended. */
function isAbandoned(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8') || Number.NaN), 0)
    return false
  } catch (error) {
    if (error.code === 'ESRCH') return true
    const about = statSync(lock, { throwIfNoEntry: false })
    return error.code !== 'EPERM' && about !== undefined && Date.now() - about.mtimeMs > MAX_PID_WRITE_MS
  }
}

export function exitWithError(text) {
  say(text)
  process.exit(1)
}
