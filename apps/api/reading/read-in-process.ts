/**
 * Reads a file in a process of its own, whose memory is limited: a file that needs more ends that process and nothing else. The
 * limit of a worker thread does not do: V8 ends the whole process where the thread's heap is full during a collection.
 */
import { type ByteSource, UnreadableFileError } from '#formats/file'
import { ImportQuestion } from '#formats/tools'
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { FromReader, ReadingJob, ToReader } from './reader-messages.js'

/** Memory of a reader for what it makes of a file, MiB: a workbook of the largest size that is read takes a third of it. */
const MAX_READER_MIB = 256

/** The compiled program. Tests run from the TypeScript sources, which a process without their tools cannot load. */
const PROGRAM = new URL(
  import.meta.url.endsWith('.ts')
    ? '../../../dist/apps/api/reading/reader-process.js'
    : './reader-process.js',
  import.meta.url,
)

/** The messages of the reader that are content, up to its end. Throws what the reader throws. */
export async function* readInProcess(
  source: ByteSource,
  job: ReadingJob,
): AsyncGenerator<Extract<FromReader, { kind: 'results' | 'plan' | 'coverage' | 'end' }>> {
  const reader = fork(fileURLToPath(PROGRAM), {
    execArgv: [`--max-old-space-size=${MAX_READER_MIB}`],
    // Copies bytes and dates as they are.
    serialization: 'advanced',
    // V8 writes a report of several pages where the memory ends.
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: { NODE_ENV: process.env.NODE_ENV },
  })
  const inbox = new Inbox(reader)
  const chunks = iteratorOf(source)
  try {
    post(reader, { kind: 'job', job })
    for (;;) {
      const message = await inbox.next()
      if (message.kind === 'chunk please') feed(reader, chunks, inbox)
      else if (message.kind === 'question') throw new ImportQuestion(message.message)
      else if (message.kind === 'unreadable')
        throw new UnreadableFileError(message.message, undefined, message.details)
      else if (message.kind === 'failed') throw new Error(`the reader of a file failed: ${message.stack}`)
      else {
        yield message
        if (message.kind === 'end') return
        post(reader, { kind: 'go on' })
      }
    }
  } finally {
    // Ends the reading of the body, as soon as its next bytes are here; the rest is the caller's to drain.
    chunks.return(undefined).catch(() => undefined)
    reader.kill('SIGKILL')
  }
}

/** A reader that has ended is told by its exit. */
const post = (reader: ChildProcess, message: ToReader) =>
  void (reader.connected && reader.send(message, () => {}))

/** Sends the next bytes; an error of the body ends the reading. Messages are handled meanwhile. */
function feed(reader: ChildProcess, chunks: AsyncIterator<Uint8Array>, inbox: Inbox): void {
  chunks.next().then(
    ({ done, value }) => post(reader, { kind: 'chunk', bytes: done ? null : value }),
    (error: unknown) => inbox.fail(error as Error),
  )
}

async function* iteratorOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source
  else yield* source
}

/** The messages of a reader one after the other, and its failure after them. */
class Inbox {
  private readonly messages: FromReader[] = []
  private failure: Error | null = null
  private wake: () => void = () => {}

  constructor(reader: ChildProcess) {
    reader.on('message', (message: FromReader) => {
      this.messages.push(message)
      this.wake()
    })
    reader.on('error', (error) => this.fail(error))
    // All messages have arrived when the channel and the process have both ended.
    reader.once('close', (code, signal) => this.fail(endOf(code, signal)))
  }

  /** The first failure is the cause of those after it. */
  fail(error: Error): void {
    this.failure ??= error
    this.wake()
  }

  async next(): Promise<FromReader> {
    for (;;) {
      const message = this.messages.shift()
      if (message) return message
      if (this.failure) throw this.failure
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }
}

/** V8 aborts a process whose memory is used up; the system kills one if the machine has none left. */
function endOf(code: number | null, signal: NodeJS.Signals | null): Error {
  const isOutOfMemory = signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGKILL' || code === 134
  if (!isOutOfMemory) return new Error(`the reader of a file ended with ${signal ?? `code ${code}`}`)
  return new UnreadableFileError(
    `the file needs more than ${MAX_READER_MIB} MiB of memory to be read: save its table as CSV or its records as NDJSON, which are read as streams, or send it in parts`,
    undefined,
    { code: 'memory' },
  )
}
