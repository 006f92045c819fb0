/** A PostgreSQL cluster for the tests alone: it is made in a temporary folder and removed afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Cluster {
  /** Address of a database in it. */
  url(database: string): string
  /** The folder of the cluster, with the server's log. */
  dir: string
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** By default as in production: what was committed outlives a power cut, and a commit takes its true time. */
  durable?: boolean
  settings?: Record<string, string>
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '80',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
}

const NOT_DURABLE = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }

export async function startCluster({ durable = true, settings = {} }: ClusterOptions = {}): Promise<Cluster> {
  const bin = binaries()
  const owner = unprivileged()
  const dir = mkdtempSync(join(tmpdir(), 'taghtiya-pg-'))
  if (owner) chownSync(dir, owner.uid, owner.gid)
  initialise(bin, dir, owner)
  const port = await freePort()
  const network = { port: String(port), unix_socket_directories: dir }
  const flags = { ...SETTINGS, ...(durable ? {} : NOT_DURABLE), ...settings, ...network }
  const keeper = keep([`${bin}/postgres`, '-D', join(dir, 'data'), ...flagsOf(flags)], dir, owner)
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  await waitUntilReady(url('postgres'), keeper, join(dir, 'log'))
  return { url, dir, stop: () => release(keeper) }
}

const BASE = '/usr/lib/postgresql'
const MIN_VERSION = 15

/** The programs of the newest version that has PostGIS. */
function binaries(): string {
  const newest = (existsSync(BASE) ? readdirSync(BASE) : [])
    .filter((version) => Number(version) >= MIN_VERSION && existsSync(`${BASE}/${version}/bin/initdb`))
    .filter((version) => existsSync(`/usr/share/postgresql/${version}/extension/postgis.control`))
    .toSorted((a, b) => Number(b) - Number(a))[0]
  if (!newest)
    throw new Error(`No PostgreSQL >= ${MIN_VERSION} with PostGIS under ${BASE}: \`npm test\` installs it`)
  return `${BASE}/${newest}/bin`
}

type Owner = { uid: number; gid: number } | null

/** Root runs the server as the user postgres, because PostgreSQL refuses to run as root. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** `trust` lets everyone in, but initdb writes it for connections from this machine only. */
function initialise(bin: string, dir: string, owner: Owner): void {
  const data = ['-D', join(dir, 'data'), '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8']
  try {
    execFileSync(`${bin}/initdb`, [...data, '--no-sync'], { ...owner, cwd: dir, stdio: 'pipe' })
  } catch (error) {
    rmSync(dir, { recursive: true, force: true })
    throw error
  }
}

const flagsOf = (settings: Record<string, string>) =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])

/**
 * A shell that ends the server (fast shutdown) and removes its folder as soon as the shell's input closes. The input closes
 * however the process at its other end ends, SIGKILL included, so that no server is left over.
 */
const KEEPER = `
dir=$1; shift
exec 3<&0
"$@" </dev/null 3<&- & server=$!
{ read -r _; kill -INT $server; } <&3 2>/dev/null &
wait $server
rm -rf -- "$dir"`

function keep(command: string[], dir: string, owner: Owner): ChildProcess {
  const log = openSync(join(dir, 'log'), 'a')
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', dir, ...command], {
    ...owner,
    cwd: '/',
    // A group of its own: Ctrl-C on a terminal must not end the server before the tests that use it.
    detached: true,
    stdio: ['pipe', log, log],
  })
  closeSync(log)
  return keeper
}

async function release(keeper: ChildProcess): Promise<void> {
  if (keeper.exitCode !== null) return
  const ended = once(keeper, 'exit')
  keeper.stdin?.end()
  await ended
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

const START_TIMEOUT_MS = 30_000

async function waitUntilReady(url: string, keeper: ChildProcess, log: string): Promise<void> {
  let logText = ''
  for (const end = Date.now() + START_TIMEOUT_MS; Date.now() < end; await sleep(50)) {
    if (existsSync(log)) logText = readFileSync(log, 'utf8')
    if (keeper.exitCode !== null) break
    if (await isReady(url)) return
  }
  await release(keeper)
  throw new Error(`PostgreSQL did not start:\n${logText}`)
}

async function isReady(url: string): Promise<boolean> {
  const client = new pg.Client(url)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end()
  }
}
