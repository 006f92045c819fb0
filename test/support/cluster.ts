/** A PostgreSQL cluster of the tests' own: made in a temporary folder, gone afterwards. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'

export interface Cluster {
  /** Address of a database in it. */
  url(database: string): string
  stop(): Promise<void>
}

const BASE = '/usr/lib/postgresql'

function binaries(): string {
  const versions = readdirSync(BASE).filter((v) => existsSync(`${BASE}/${v}/bin/initdb`))
  return `${BASE}/${versions.sort((a, b) => Number(b) - Number(a))[0]}/bin`
}

/** PostgreSQL refuses to run as root. */
function unprivileged(): { uid: number; gid: number } | object {
  if (process.getuid?.() !== 0) return {}
  const id = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }))
  return { uid: id('-u'), gid: id('-g') }
}

export async function startCluster(settings: Record<string, string> = {}): Promise<Cluster> {
  const dir = mkdtempSync(join(tmpdir(), 'taghtiya-pg-'))
  const owner = unprivileged()
  if ('uid' in owner) chownSync(dir, owner.uid as number, (owner as { gid: number }).gid)
  const data = join(dir, 'data')
  const options = { ...owner, cwd: dir, stdio: 'ignore' } as const
  execFileSync(
    `${binaries()}/initdb`,
    ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'],
    options,
  )
  const port = await freePort()
  const flags = Object.entries({ ...SETTINGS, unix_socket_directories: dir, ...settings, port: String(port) })
  const args = ['-D', data, ...flags.flatMap(([name, value]) => ['-c', `${name}=${value}`])]
  const server = spawn(`${binaries()}/postgres`, args, options)
  const kill = () => server.kill('SIGQUIT')
  process.once('exit', kill)
  const url = (database: string) => `postgres://postgres@127.0.0.1:${port}/${database}`
  await answering(url('postgres'), server)
  const stop = async () => {
    process.removeListener('exit', kill)
    server.kill('SIGINT')
    await new Promise((ended) => (server.exitCode === null ? server.once('exit', ended) : ended(null)))
    rmSync(dir, { recursive: true, force: true })
  }
  return { url, stop }
}

/** Durable as in production: the tests kill processes and the bench times commits. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  max_connections: '80',
  shared_buffers: '512MB',
  max_wal_size: '4GB',
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once('error', failed)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number }
      probe.close(() => found(port))
    })
  })
}

async function answering(url: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error('PostgreSQL ended at once')
    const client = new pg.Client(url)
    try {
      await client.connect()
      await client.end()
      return
    } catch {
      await sleep(100)
    }
  }
  throw new Error('PostgreSQL did not answer within 30 s')
}
