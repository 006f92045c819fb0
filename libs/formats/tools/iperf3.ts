/** iperf3, `-J` (and `--json-stream`, whose lines are assembled before): bits per second, microseconds. */
import { isObject } from '../file/json-object.js'
import { UnreadableResultError, type ProbeDraft } from './draft.js'
import { type Json, memberAt, numberAt, scaledAt, textAt } from './json.js'

/** The sums of one direction, as iperf3 writes them or as they are added up here. */
interface Sums {
  bits_per_second: unknown
  bytes?: unknown
  seconds?: unknown
}

/** Errors of iperf3 that say nothing of the line: the server was taken, the command was wrong, a person stopped it. */
const NOT_OF_THE_LINE = /server is busy|parameter|interrupt|terminated/i

/** Milliseconds since 1970 that a `Date` can hold. */
const MAX_DATE_MS = 8.64e15

/**
 * Reads a document of iperf3. Throws `UnreadableResultError` for a test that was cut short, or that failed for a reason that
 * says nothing of the line.
 */
export function iperf3(document: Json): ProbeDraft {
  const measuredAt = timeOf(document)
  const error = textAt(document, 'error')
  if (error !== null && NOT_OF_THE_LINE.test(error))
    throw new UnreadableResultError(
      'error',
      `error is “${error.slice(0, 100)}”, which says nothing of the line`,
    )
  if (error !== null) return { tool: 'iperf3', outcome: 'failed', measuredAt }
  const { down, up } = directionsOf(document)
  const rtt = numberAt(document, 'end.streams.0.sender.min_rtt')
  const lost = numberAt(document, 'end.sum.lost_percent')
  return {
    tool: 'iperf3',
    outcome: 'ok',
    measuredAt,
    downloadBps: scaledAt(down, 'bits_per_second', 1),
    uploadBps: scaledAt(up, 'bits_per_second', 1),
    downloadBytes: numberAt(down, 'bytes'),
    uploadBytes: numberAt(up, 'bytes'),
    downloadMs: scaledAt(down, 'seconds', 1000),
    uploadMs: scaledAt(up, 'seconds', 1000),
    latencyMs: rtt ? rtt / 1000 : null,
    jitterMs: numberAt(document, 'end.sum.jitter_ms'),
    lossRatio: lost === null ? null : lost / 100,
  }
}

function timeOf(document: Json): string | null {
  const seconds = numberAt(document, 'start.timestamp.timesecs')
  if (seconds !== null && Math.abs(seconds * 1000) > MAX_DATE_MS)
    throw new UnreadableResultError(
      'start.timestamp.timesecs',
      `start.timestamp.timesecs is ${seconds}: not a time in seconds since 1970`,
    )
  return seconds === null ? null : new Date(seconds * 1000).toISOString()
}

/**
 * The sums that the client received and those that the server received. With `--bidir`, versions 3.7 to 3.10 write two
 * members of the name `sum_received`, of which JSON keeps the last: there the streams say which direction they are.
 */
function directionsOf(document: Json): { down: unknown; up: unknown } {
  const both = bidirSums(document)
  if (both) return both
  const received = memberAt(document, 'end.sum_received') ?? arrivedOf(memberAt(document, 'end.sum'))
  if (!isObject(received))
    throw new UnreadableResultError('end.sum_received', 'end.sum_received is missing: the test was cut short')
  const reverse = memberAt(document, 'end.sum_received_bidir_reverse')
  if (isObject(reverse)) return { up: received, down: reverse }
  if (numberAt(document, 'start.test_start.bidir') === 1)
    throw new UnreadableResultError(
      'end.streams',
      'end.streams do not tell the two directions of --bidir apart',
    )
  return numberAt(document, 'start.test_start.reverse') === 1
    ? { up: null, down: received }
    : { up: received, down: null }
}

/** The sums of what arrived in a UDP test of earlier versions, whose only sum is that of what was sent; null if the loss is not known. */
function arrivedOf(sum: unknown): Sums | null {
  const lost = numberAt(sum, 'lost_percent')
  if (lost === null) return null
  const arrived = (name: string) => Math.round((numberAt(sum, name) ?? 0) * (1 - lost / 100))
  return {
    bits_per_second: arrived('bits_per_second'),
    bytes: arrived('bytes'),
    seconds: numberAt(sum, 'seconds'),
  }
}

/** The sums of both directions by the streams; null where they are those of one direction only. */
function bidirSums(document: Json): { down: Sums; up: Sums } | null {
  const streams = memberAt(document, 'end.streams')
  const all: unknown[] = Array.isArray(streams) ? streams : []
  const [up, down] = [sumOf(all, true), sumOf(all, false)]
  return up && down ? { up, down } : null
}

/** Whether a member that stands twice is one of the sums of both directions, which are not read where the streams are. */
export const isUnreadSum = (member: string, document: Json): boolean =>
  /^sum(?:_sent|_received)?$/.test(member) && bidirSums(document) !== null

/**
 * The sums of what arrived of the streams that the client sends, or of those that it receives; null where there is
 * none.
 */
function sumOf(streams: readonly unknown[], isSender: boolean): Sums | null {
  const own = streams
    .map((stream, i) => ({ side: memberAt(stream, 'receiver'), i }))
    .filter(({ side }) => isObject(side) && side.sender === isSender)
  if (own.length === 0) return null
  const total = (name: string) => own.reduce((sum, { side }) => sum + (numberAt(side, name) ?? 0), 0)
  return {
    bits_per_second: total('bits_per_second'),
    bytes: total('bytes'),
    seconds: numberAt(own[0]!.side, 'seconds'),
  }
}
