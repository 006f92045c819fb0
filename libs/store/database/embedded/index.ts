/**
 * The embedded database: PGlite with PostGIS, behind the protocol of a real server, so that `pg` and TypeORM run on it
 * unchanged. One process owns a folder; other processes on the machine connect through it as guests.
 */
import { randomBytes } from 'node:crypto'
import { chmod, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net'
import { join } from 'node:path'
import { type Duplex, pipeline } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { Connection } from './connection.js'
import { Engine } from './engine.js'
import { releaseLock, takeLock } from './lock.js'
import { Session } from './session.js'

export interface EmbeddedDatabase {
  /** Options for pg.Pool and TypeORM's `extra`: one connection, because the engine has one session. */
  poolOptions: {
    max: 1
    user: string
    database: string
    stream?: () => Duplex
    host?: string
    port?: number
    password?: string
  }
  /** The owner opens the folder; a guest connects through the owner's process. */
  role: 'owner' | 'guest'
  close(): Promise<void>
}

interface Endpoint {
  port: number
  secret: string
  pid: number
}

/** The engine's own files, in the folder of the data. */
export const EMBEDDED_FOLDER = 'pg'

const NAMES = { user: 'postgres', database: 'postgres' } as const

/** Opens the folder and creates it if needed. Errors name the folder. */
export async function openEmbedded(dir: string): Promise<EmbeddedDatabase> {
  await mkdir(dir, { recursive: true, mode: 0o700 })
  await chmod(dir, 0o700)
  const lock = await takeLock(dir)
  return lock.taken ? openAsOwner(dir) : openAsGuest(dir, lock.holder.pid)
}

async function openAsOwner(dir: string): Promise<EmbeddedDatabase> {
  const connections = new Set<Connection>()
  try {
    const engine = await Engine.open(join(dir, EMBEDDED_FOLDER), (error) =>
      connections.forEach((c) => c.destroy(error)),
    )
    const session = new Session(engine)
    const serverVersion = await session.serverVersion()
    const connect = (password?: string) => {
      const connection = new Connection(session, {
        serverVersion,
        ...(password !== undefined && { password }),
      })
      connections.add(connection)
      return connection.once('close', () => connections.delete(connection))
    }
    const secret = randomBytes(32).toString('base64url')
    const listener = await listen((socket) => serve(socket, connect(secret)))
    await writeEndpoint(dir, { port: (listener.address() as AddressInfo).port, secret, pid: process.pid })
    const close = async () => {
      listener.close()
      for (const connection of connections) connection.destroy()
      await rm(endpointOf(dir), { force: true })
      await engine.close()
      await releaseLock(dir)
    }
    return { role: 'owner', poolOptions: { max: 1, ...NAMES, stream: () => connect() }, close: once(close) }
  } catch (error) {
    await releaseLock(dir)
    throw new Error(`the embedded database in ${dir} could not be opened: ${(error as Error).message}`, {
      cause: error,
    })
  }
}

function listen(onSocket: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ noDelay: true }, onSocket)
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => resolve(server))
    server.unref()
  })
}

/** When either side ends, the other ends too; the open transaction of a guest that died is rolled back. */
function serve(socket: Socket, connection: Connection): void {
  pipeline(socket, connection, socket, () => connection.destroy())
}

const endpointOf = (dir: string) => join(dir, 'endpoint.json')

/**
 * Writes the file under another name and renames it, so that it is never read in part; only the folder's owner may read
 * it.
 */
async function writeEndpoint(dir: string, endpoint: Endpoint): Promise<void> {
  const draft = `${endpointOf(dir)}.new`
  await writeFile(draft, JSON.stringify(endpoint), { mode: 0o600 })
  await rename(draft, endpointOf(dir))
}

/** Time that a guest waits for the owner's endpoint: a first opening creates the database, which may take 12 s. */
const MAX_OWNER_START_MS = 30_000
const POLL_MS = 100

async function openAsGuest(dir: string, holder: number): Promise<EmbeddedDatabase> {
  for (let waitedMs = 0; waitedMs < MAX_OWNER_START_MS; waitedMs += POLL_MS) {
    const endpoint = await readEndpoint(dir)
    if (endpoint?.pid === holder) return guestOf(endpoint)
    const lock = await takeLock(dir)
    if (lock.taken) return openAsOwner(dir)
    holder = lock.holder.pid
    await sleep(POLL_MS)
  }
  throw new Error(`process ${holder} holds the embedded database in ${dir} and does not answer`)
}

async function readEndpoint(dir: string): Promise<Endpoint | null> {
  try {
    return JSON.parse(await readFile(endpointOf(dir), 'utf8')) as Endpoint
  } catch {
    return null
  }
}

function guestOf({ port, secret }: Endpoint): EmbeddedDatabase {
  const poolOptions = { max: 1, ...NAMES, host: '127.0.0.1', port, password: secret } as const
  return { role: 'guest', poolOptions, close: async () => {} }
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => (result ??= work())
}
