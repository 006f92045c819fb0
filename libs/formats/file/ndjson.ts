/** NDJSON as a stream of batches: memory stays constant whatever a sender sends, and a faulty line never affects its neighbours. */
import { isUtf8 } from 'node:buffer'

export interface LineRecord {
  /** Position among the lines that are not blank, from 0. */
  index: number
  /** The parsed line; absent where the line was rejected. */
  document?: unknown
  /** The line without its line break; of a line that is too long, the first 1,024 bytes. */
  text: string
  /** The reason why the line is no record; absent if it is one. */
  rejectionReason?: string
}

/** Twice the largest probe, with its tool's document, that was seen in 2026. */
const MAX_LINE_BYTES = 65_536

/** The length of the excerpt that is kept of a line that is too long, so that a person recognises it. */
const EXCERPT_BYTES = 1_024

/** Records in a batch: consumers write one batch per statement. */
const BATCH = 500

/** Lines are decoded together in blocks of this size, since one call per line would cost more than the line. */
const BLOCK_BYTES = 262_144

/** A byte order mark (3 bytes) and a closing \r do not count towards the length of a line. */
const UNCOUNTED_BYTES = 4

const LF = 10
const CR = 13
const BOM = '\ufeff'

/** The records of an NDJSON stream, in batches of up to 500. Faulty lines are records with a `rejectionReason`. */
export async function* readNdjsonBatches(
  stream: AsyncIterable<Uint8Array>,
  maxLineBytes = MAX_LINE_BYTES,
): AsyncGenerator<LineRecord[]> {
  const batcher = new LineBatcher(maxLineBytes)
  for await (const chunk of stream)
    for (let at = 0; at < chunk.length; at += BLOCK_BYTES) {
      batcher.push(bufferOf(chunk, at, Math.min(at + BLOCK_BYTES, chunk.length)))
      yield* batcher.batches(BATCH)
    }
  batcher.end()
  yield* batcher.batches(1)
}

const bufferOf = (bytes: Uint8Array, start: number, end: number): Buffer =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)

class LineBatcher {
  /** Bytes since the last line break: at most the limit and one chunk. */
  private pending: Buffer[] = []
  private pendingBytes = 0
  /** The beginning of a line that is too long, while the rest of it is skipped. */
  private overlong: Buffer | null = null
  private ready: LineRecord[] = []
  private index = 0
  private atStart = true

  constructor(private readonly maxLineBytes: number) {}

  push(chunk: Buffer): void {
    const rest = this.overlong ? this.skipOverlongLine(chunk) : chunk
    const last = rest.lastIndexOf(LF)
    if (last < 0) return this.appendPending(rest)
    this.addLines(this.takePending(rest.subarray(0, last)))
    this.appendPending(rest.subarray(last + 1))
  }

  end(): void {
    if (this.overlong) this.rejectOverlong(this.overlong)
    else if (this.pendingBytes > 0) this.addLines(this.takePending(Buffer.alloc(0)))
    this.overlong = null
  }

  /** Removes and yields batches of 500; with `minRecords` at 1 the incomplete last one as well. */
  *batches(minRecords: number): Generator<LineRecord[]> {
    let from = 0
    for (; this.ready.length - from >= minRecords; from += BATCH) yield this.ready.slice(from, from + BATCH)
    this.ready = this.ready.slice(from)
  }

  private skipOverlongLine(chunk: Buffer): Buffer {
    const end = chunk.indexOf(LF)
    if (end < 0) return chunk.subarray(chunk.length)
    this.rejectOverlong(this.overlong!)
    this.overlong = null
    return chunk.subarray(end + 1)
  }

  private appendPending(bytes: Buffer): void {
    if (bytes.length === 0) return
    // A copy, since the sender of a chunk may reuse its memory; the pending bytes are few beside those that are read.
    this.pending.push(Buffer.from(bytes))
    this.pendingBytes += bytes.length
    if (this.pendingBytes > this.maxLineBytes + UNCOUNTED_BYTES)
      this.overlong = this.takePending(Buffer.alloc(0)).subarray(0, EXCERPT_BYTES)
  }

  private takePending(tail: Buffer): Buffer {
    const whole = this.pending.length === 0 ? tail : Buffer.concat([...this.pending, tail])
    this.pending = []
    this.pendingBytes = 0
    return whole
  }

  /** `block` holds complete lines, without the last line break. */
  private addLines(block: Buffer): void {
    if (!isUtf8(block)) return this.addLinesOneByOne(block)
    for (const line of block.toString('utf8').split('\n')) this.addLine(line)
  }

  private addLinesOneByOne(block: Buffer): void {
    for (let from = 0; from <= block.length;) {
      const end = block.indexOf(LF, from)
      const line = block.subarray(from, end < 0 ? block.length : end)
      if (isUtf8(line)) this.addLine(line.toString('utf8'))
      else this.rejectBytes(this.trimLine(line))
      from += line.length + 1
    }
  }

  private rejectBytes(line: Buffer): void {
    if (line.length > this.maxLineBytes) this.rejectOverlong(line)
    else this.reject(line.toString('utf8'), 'is not UTF-8')
  }

  private trimLine(line: Buffer): Buffer {
    const start = this.atStart && line.indexOf(BOM) === 0 ? Buffer.byteLength(BOM) : 0
    return line.subarray(start, line.at(-1) === CR ? -1 : undefined)
  }

  private addLine(line: string): void {
    const text = stripCarriageReturn(this.atStart ? stripByteOrderMark(line) : line)
    this.atStart = false
    if (this.isOverlong(text)) return this.rejectOverlong(Buffer.from(text.slice(0, EXCERPT_BYTES)))
    if (isBlank(text)) return
    try {
      this.ready.push({ index: this.index, document: JSON.parse(text), text })
      this.index++
    } catch (error) {
      this.reject(text, `is not JSON: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  /** A UTF-16 unit is at most three bytes in UTF-8, so short lines need no count. */
  private isOverlong(text: string): boolean {
    return text.length * 3 > this.maxLineBytes && Buffer.byteLength(text) > this.maxLineBytes
  }

  private rejectOverlong(beginning: Buffer): void {
    const text = new TextDecoder().decode(beginning.subarray(0, EXCERPT_BYTES), { stream: true })
    this.reject(text, `is longer than ${this.maxLineBytes} bytes`)
  }

  private reject(text: string, rejectionReason: string): void {
    this.atStart = false
    this.ready.push({ index: this.index++, text, rejectionReason })
  }
}

const stripByteOrderMark = (line: string): string => (line.startsWith(BOM) ? line.slice(1) : line)

const stripCarriageReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)

/** JSON's white space only. A record begins with a visible character, so nearly all lines are decided by their first one. */
const isBlank = (line: string): boolean =>
  line.length === 0 || (line.charCodeAt(0) <= 32 && /^[ \t\r]*$/.test(line))
