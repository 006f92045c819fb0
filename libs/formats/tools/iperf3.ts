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

/** A document of iperf3. Throws `UnreadableResultError` for a test that was cut short. */
export function iperf3(document: Json): ProbeDraft {
  const seconds = numberAt(document, 'start.timestamp.timesecs')
  const measuredAt = seconds === null ? null : new Date(seconds * 1000).toISOString()
  if (textAt(document, 'error') !== null) return { tool: 'iperf3', outcome: 'failed', measuredAt }
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

/**
 * The sums that the client received and those that the server received. With `--bidir`, versions 3.7 to 3.10 write two
 * members of the name `sum_received`, of which JSON keeps the last: there the streams say which direction they are.
 */
function directionsOf(document: Json): { down: unknown; up: unknown } {
  const both = bidirSums(document)
  if (both) return both
  const received = memberAt(document, 'end.sum_received') ?? memberAt(document, 'end.sum')
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
