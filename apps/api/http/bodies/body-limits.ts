/** Limits of the size, depth and time of a request's body, by the route and by its rights. */
import { MAX_NESTING } from '#formats/file'
import { type RouteRights, isProtected } from '../../people/route-rights.js'

/** A JSON body is parsed as a whole: 16 MiB is about 40,000 probes. */
export const MAX_JSON_BYTES = 16 * 1024 * 1024
/** Limit of a form of a person who is signed in. */
const MAX_FORM_BYTES = 1024 * 1024
/** Limit of a body to a route that is open to everybody: a name and a password, or the terms of a budget. */
const MAX_STRANGER_BYTES = 64 * 1024
/** Limit of NDJSON and files, which are read as a stream; 8 GiB unpacked is about 20 million probes. */
const MAX_STREAMED_BYTES = 8 * 1024 ** 3
/** Size up to which a file is read into memory; larger files are read as a stream. */
const MAX_HELD_FILE_BYTES = 64 * 1024 * 1024
/** Limit of all bodies that are in memory at the same time. Parsed, they take several times as much. */
export const MAX_HELD_BYTES = 96 * 1024 * 1024

/**
 * Levels of JSON in a request with probes. A deep record must not cause the refusal of the other probes, so the limit is
 * far above that of one record. Beyond it the parser itself would take seconds.
 */
const MAX_PROBES_NESTING = 25_000

/** Time for 64 KiB on the slowest line. */
const STRANGER_BODY_MS = 30_000
/** Longest pause between two bytes. A site on a slow line may need minutes for its backlog, but bytes keep arriving. */
const IDLE_BODY_MS = 60_000

export const PROBE_ROUTE = '/api/v1/probes'
/** The routes that read a file. */
const IMPORT_ROUTES = ['/api/v1/probes/import', '/api/v1/plan/import', '/api/v1/coverage/import']
/** A dispute carries documents: five of 1 MiB in base64. */
const DISPUTE_ROUTES = ['/api/v1/disputes', '/api/v1/disputes/:id/events']

export const isImportRoute = (url: string | undefined): boolean => IMPORT_ROUTES.includes(url ?? '')

export interface BodyLimits {
  /** Unpacked bytes. */
  bytes: number
  /** Most bytes that count as held in memory; the rest of a longer body does not count. */
  heldBytes: number
  /** Levels of JSON; null for a body that is not parsed as a whole. */
  nesting: number | null
  /** ms from the first byte to the last; null without such a limit. */
  totalMs: number | null
  /** ms between two bytes. */
  idleMs: number
}

export function bodyLimitsOf(
  url: string | undefined,
  rights: RouteRights | undefined,
  isNdjson: boolean,
): BodyLimits {
  const limits = { totalMs: null, idleMs: IDLE_BODY_MS }
  if (url === PROBE_ROUTE && isNdjson)
    return { ...limits, bytes: MAX_STREAMED_BYTES, heldBytes: 0, nesting: null }
  if (isImportRoute(url))
    return { ...limits, bytes: MAX_STREAMED_BYTES, heldBytes: MAX_HELD_FILE_BYTES, nesting: null }
  const bytes = parsedBytesOf(url, rights)
  const nesting = url === PROBE_ROUTE ? MAX_PROBES_NESTING : MAX_NESTING
  const isOpen = !rights || !isProtected(rights)
  return { ...limits, bytes, heldBytes: bytes, nesting, totalMs: isOpen ? STRANGER_BODY_MS : null }
}

/** The limit of a body that is parsed as a whole. */
export function parsedBytesOf(url: string | undefined, rights: RouteRights | undefined): number {
  if (!rights || !isProtected(rights)) return MAX_STRANGER_BYTES
  const isLarge = url === PROBE_ROUTE || [...IMPORT_ROUTES, ...DISPUTE_ROUTES].includes(url ?? '')
  return isLarge ? MAX_JSON_BYTES : MAX_FORM_BYTES
}
