/** Lines that belong together: iperf3 writes one result in many lines, and Ookla logs errors on lines before a result. */
import { MINUTE_MS } from '#domain/units'
import { isObject, type JsonObject } from '../file/json-object.js'
import type { LineRecord } from '../file/ndjson.js'

/** A test of Ookla's takes less than a minute: an error logged longer before a result is that of another test. */
const SAME_TEST_MS = 2 * MINUTE_MS

/** More errors than this one test does not log. */
const MAX_LOGS = 100

interface EventLine {
  event: string
  data: unknown
}

const isEvent = (document: unknown): document is EventLine =>
  isObject(document) && typeof document.event === 'string' && 'data' in document

const isErrorLog = (document: unknown): document is JsonObject =>
  isObject(document) && document.type === 'log' && document.level === 'error'

const PROGRESS_TYPES = ['ping', 'download', 'upload']
const isProgress = (document: unknown): boolean =>
  isObject(document) && PROGRESS_TYPES.includes(String(document.type))

const timeOf = (document: unknown): number =>
  isObject(document) && typeof document.timestamp === 'string' ? Date.parse(document.timestamp) : NaN

/** Puts lines together as they come; what it gives back are records of one result each, or rejected lines. */
export class LineGrouper {
  /** The events of a run of iperf3 by their names, of which the last one of each counts; null between runs. */
  private run: { index: number; events: Map<string, unknown> } | null = null
  /** Errors that Ookla logged, until it is known whether a result follows. */
  private logs: LineRecord[] = []

  push(record: LineRecord): LineRecord[] {
    const { document } = record
    if (isEvent(document)) return [...this.endLogs(null), ...this.addEvent(record, document)]
    if (isErrorLog(document)) return [...this.endRun(), ...this.addLog(record, document)]
    // The progress of a test says that it goes on after an error.
    if (isProgress(document)) return [...this.endRun(), record]
    return [...this.endRun(), ...this.endLogs(record), record]
  }

  end(): LineRecord[] {
    return [...this.endRun(), ...this.endLogs(null)]
  }

  private addEvent(record: LineRecord, { event, data }: EventLine): LineRecord[] {
    const ended = event === 'start' ? this.endRun() : []
    if (event !== 'start' && !this.run)
      return [
        {
          ...record,
          rejectionReason: `is an event of iperf3 (${event.slice(0, 40)}) without the start of its test`,
        },
      ]
    this.run ??= { index: record.index, events: new Map() }
    this.run.events.set(event, data)
    return ended
  }

  private endRun(): LineRecord[] {
    if (!this.run) return []
    const { index, events } = this.run
    this.run = null
    const document = Object.fromEntries(events)
    return [{ index, document, text: JSON.stringify(document) }]
  }

  /** Errors of one test follow each other; one that comes much later begins another test. */
  private addLog(record: LineRecord, document: JsonObject): LineRecord[] {
    const last = this.logs.at(-1)
    const isSameTest = timeOf(document) - timeOf(last?.document) <= SAME_TEST_MS
    const isOther = last && (!isSameTest || this.logs.length >= MAX_LOGS)
    const ended = isOther ? this.endLogs(null) : []
    this.logs.push(record)
    return ended
  }

  /** Errors with a result soon after them were overcome; otherwise the first of them stands for a test that failed. */
  private endLogs(next: LineRecord | null): LineRecord[] {
    const { logs } = this
    this.logs = []
    const [first, ...others] = logs
    if (!first) return []
    const isResult = isObject(next?.document) && next.document.type === 'result'
    const gap = timeOf(next?.document) - timeOf(logs.at(-1)!.document)
    if (isResult && gap >= 0 && gap <= SAME_TEST_MS)
      return logs.map((log) => ({ ...log, rejectionReason: 'is a log line of a test whose result follows' }))
    return [
      first,
      ...others.map((log) => ({ ...log, rejectionReason: 'is one more log line of a test that failed' })),
    ]
  }
}
