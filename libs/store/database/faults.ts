/** Names the faults of the database for whoever asked: none is the caller's, and each may be gone a moment later. */
import { QueryFailedError } from 'typeorm'

/**
 * - `away`: it cannot be reached, refuses connections, or ended the connection.
 * - `busy`: it did not answer in the time that a request may take, or whoever waits for a lock gave up.
 * - `disk_full`: it can write nothing more; it still reads.
 * - `read_only`: it takes no writes, as a copy of another database that has not been promoted.
 */
export type DatabaseFault = 'away' | 'busy' | 'disk_full' | 'read_only'

/** Codes of PostgreSQL (SQLSTATE) by their beginning, https://www.postgresql.org/docs/current/errcodes-appendix.html. */
const FAULT_BY_SQLSTATE: readonly (readonly [string, DatabaseFault])[] = [
  // Connection exceptions, refused sign-ins, an unknown database, shutdown and start of the server, ended sessions.
  ...['08', '28', '3D000', '57P', '25P03'].map((code) => [code, 'away'] as const),
  ['53100', 'disk_full'],
  // Other resources (connections, memory); time limits of statements and locks; transactions that collided.
  ...['53', '57014', '55P03', '40001', '40P01'].map((code) => [code, 'busy'] as const),
  ['25006', 'read_only'],
]

/** Errors of Node's sockets: https://nodejs.org/api/errors.html#common-system-errors. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ENOTFOUND',
  'EAI_AGAIN',
])

/** Errors without a code that `pg`, its pool and the embedded engine throw for a connection that is gone. */
const CONNECTION_LOST =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|the embedded database)/
/** Errors of the pool and of `pg` after their time limits. */
const TIME_LIMIT = /^(timeout exceeded when trying to connect|timeout expired|Query read timeout)/
/** TypeORM's errors for statements on a connection that was lost between two of them. */
const RELEASED = new Set(['QueryRunnerAlreadyReleasedError', 'ConnectionIsNotSetError'])

/** The fault that an error tells of; null if the database answered and the statement itself was wrong. */
export function databaseFaultOf(error: unknown): DatabaseFault | null {
  if (!(error instanceof Error)) return null
  if (RELEASED.has(error.name)) return 'away'
  const cause = error instanceof QueryFailedError ? error.driverError : error
  const { code } = cause as { code?: unknown }
  if (typeof code === 'string' && SOCKET_CODES.has(code)) return 'away'
  if (TIME_LIMIT.test(cause.message)) return 'busy'
  if (CONNECTION_LOST.test(cause.message)) return 'away'
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return null
  return FAULT_BY_SQLSTATE.find(([beginning]) => code.startsWith(beginning))?.[1] ?? null
}
