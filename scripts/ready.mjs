/**
 * Makes the checkout runnable: packages installed, sources built. Needs nothing but Node and npm, and costs under a
 * third of a second when nothing changed. All it says goes to standard error.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = fileURLToPath(new URL('..', import.meta.url))
const path = (...parts) => join(ROOT, ...parts)

const say = (text) => process.stderr.write(`${text}\n`)

const OLDEST_NODE = [20, 19]
const SOURCES = ['apps', 'libs', 'migrations', 'web', 'test/bench', 'test/support']
const SETTINGS = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
]
const INSTALLED = path('node_modules', '.taghtiya-installed')
const BUILT = path('dist', '.built')

/** Installs and builds what is missing. One process at a time; the others wait for it. */
export function ready() {
  refuseOldNode()
  withLock(() => {
    install()
    build()
  })
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return
  stop(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`)
}

function install() {
  const wanted = digestOf(readFileSync(path('package-lock.json')))
  if (existsSync(INSTALLED) && readFileSync(INSTALLED, 'utf8') === wanted) return
  say('Installing packages (about a minute, once) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
  writeFileSync(INSTALLED, wanted)
}

function build() {
  const wanted = digestOf(listing())
  if (existsSync(BUILT) && readFileSync(BUILT, 'utf8') === wanted) return
  say('Building (about ten seconds, after each change) …')
  rmSync(path('dist'), { recursive: true, force: true })
  run('npm', ['run', '--silent', 'build'])
  writeFileSync(BUILT, wanted)
}

/** Names, sizes and times of all sources: reading them whole would take longer and tell no more. */
function listing() {
  const lines = []
  const visit = (name) => {
    const about = statSync(path(name))
    if (about.isDirectory()) for (const child of readdirSync(path(name)).sort()) visit(`${name}/${child}`)
    else lines.push(`${name} ${about.size} ${about.mtimeMs}`)
  }
  for (const name of [...SOURCES, ...SETTINGS]) if (existsSync(path(name))) visit(name)
  return lines.join('\n')
}

const digestOf = (content) => createHash('sha256').update(content).digest('hex')

/** Output is shown only when it went wrong. */
function run(command, args) {
  // NODE_ENV=production would leave out the compiler.
  const env = { ...process.env, NODE_ENV: 'development' }
  const done = spawnSync(command, args, {
    cwd: ROOT,
    encoding: 'utf8',
    env,
    shell: process.platform === 'win32',
  })
  if (done.status === 0) return
  say(`${done.stdout ?? ''}${done.stderr ?? ''}`)
  stop(`${command} ${args.join(' ')} failed.`)
}

function withLock(work) {
  const lock = path('.building')
  const pause = new Int32Array(new SharedArrayBuffer(4))
  for (;;) {
    try {
      mkdirSync(lock)
      writeFileSync(join(lock, 'pid'), String(process.pid))
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      if (isLeft(lock)) rmSync(lock, { recursive: true, force: true })
      else Atomics.wait(pause, 0, 0, 200)
    }
  }
  const drop = () => rmSync(lock, { recursive: true, force: true })
  process.once('exit', drop)
  work()
  drop()
  process.removeListener('exit', drop)
}

/** A lock whose process is gone. */
function isLeft(lock) {
  try {
    process.kill(Number(readFileSync(join(lock, 'pid'), 'utf8')), 0)
    return false
  } catch (error) {
    return error.code === 'ESRCH'
  }
}

export function stop(text) {
  say(text)
  process.exit(1)
}
