/** A PostgreSQL cluster for the tests alone: it is made in a temporary folder and removed afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Cluster {
  /** URL of a database of the cluster. */
  url(database: string): string
  /** The folder of the cluster, with the server's log. */
  dir: string
  /** Ends the server and starts it again on the same data, with empty buffers. */
  restart(): Promise<void>
  stop(): Promise<void>
}

export interface ClusterOptions {
  /** Whether a commit is flushed to the disk, as in production. True by default. */
  durable?: boolean
  settings?: Record<string, string>
  /** A folder that outlives the cluster: its data are used again. By default a temporary one is made and removed. */
  keptIn?: string | undefined
}

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '80',
  shared_buffers: '256MB',
  max_wal_size: '4GB',
}

/** A power cut may cost data; a killed server loses nothing that it acknowledged, for the system still writes it. */
const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' }

export async function startCluster({
  durable = true,
  settings = {},
  keptIn,
}: ClusterOptions = {}): Promise<Cluster> {
  const bin = binaries()
  const owner = unprivileged()
  const dir = keptIn ?? mkdtempSync(join(tmpdir(), 'taghtiya-pg-'))
  mkdirSync(dir, { recursive: true })
  if (owner) chownSync(dir, owner.uid, owner.gid)
  if (!existsSync(join(dir, 'data', 'PG_VERSION'))) initialise(bin, dir, owner)
  const port = await freePort()
  const network = { port: String(port), unix_socket_directories: '' }
  const flags = { ...SETTINGS, ...(durable ? {} : NOT_DURABLE), ...settings, ...network }
  const command = [`${bin}/postgres`, '-D', join(dir, 'data'), ...flagsOf(flags)]
  const keeper = keep(command, { dir, isKept: keptIn !== undefined }, owner)
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  const ready = () => waitUntilReady(url('postgres'), keeper, join(dir, 'log'))
  await ready()
  const restart = async () => {
    const before = postmasterPid(dir)
    writeFileSync(join(dir, RESTART_MARK), '')
    process.kill(before, 'SIGINT')
    while (isRunning(before)) await sleep(50)
    await ready()
  }
  return { url, dir, restart, stop: () => release(keeper) }
}

/** Name of a file whose presence makes the keeper start the server again when it ends. */
const RESTART_MARK = 'restart'

const postmasterPid = (dir: string) =>
  Number(readFileSync(join(dir, 'data', 'postmaster.pid'), 'utf8').split('\n')[0])

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

const BASE = '/usr/lib/postgresql'
const MIN_VERSION = 15

/** Folder of the programs of the newest PostgreSQL version with PostGIS. */
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

/** The user who runs the server: postgres if this process is root, because PostgreSQL refuses to run as root. */
function unprivileged(): Owner {
  if (process.getuid?.() !== 0) return null
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

/** Creates the cluster. `trust` lets everyone in, but initdb writes it for connections from this machine only. */
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
dir=$1; isKept=$2; shift 2
exec 3<&0
start() { "$@" </dev/null 3<&- & server=$!; echo $server >"$dir/server"; }
start "$@"
{ read -r _; kill -INT $(cat "$dir/server"); } <&3 2>/dev/null &
while wait $server; [ -e "$dir/${RESTART_MARK}" ]
do rm -f "$dir/${RESTART_MARK}"; start "$@"
done
[ "$isKept" = true ] || rm -rf -- "$dir"`

function keep(
  command: string[],
  { dir, isKept }: { dir: string; isKept: boolean },
  owner: Owner,
): ChildProcess {
  const log = openSync(join(dir, 'log'), 'a')
  const keeper = spawn('/bin/sh', ['-c', KEEPER, 'keeper', dir, String(isKept), ...command], {
    ...owner,
    cwd: '/',
    // The server has a process group of its own, so that Ctrl-C does not end it before the tests that use it.
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
