/** Reads uploaded files: those that must be held as a whole in a process of their own, the others as they arrive. */
import { type ByteSource, HEAD_BYTES, fileKindOf, isGzip } from '#formats/file'
import {
  type CoverageFile,
  type CoverageOptions,
  type ListOptions,
  type PlanFile,
  readCoverage,
  readPlan,
} from '#formats/lists'
import { type DetectedFormat, type ResultRecord, type ResultsOptions, readResults } from '#formats/tools'
import { HttpException, HttpStatus, Injectable } from '@nestjs/common'
import { readInProcess } from './read-in-process.js'

/** Readers at once: each may take its memory and a core. */
const MAX_READERS = 2
/** Files that wait for a reader; further ones are refused. */
const MAX_WAITING = 16
/** A document of this size is read without a process: to start one takes longer than to read it. */
const MAX_SMALL_BYTES = 1024 * 1024

@Injectable()
export class FileReader {
  private running = 0
  private readonly waiting: (() => void)[] = []

  /** Does what `readResults` does. Throws 429 if too many files are being read. */
  async *results(
    source: ByteSource,
    options: ResultsOptions,
    detected: DetectedFormat,
  ): AsyncGenerator<ResultRecord[]> {
    const { isSmall, chunks } = await begin(source)
    if (isSmall) return yield* readResults(chunks, options, detected)
    yield* this.inSlot(async function* () {
      for await (const message of readInProcess(chunks, { reads: 'results', options, detected })) {
        if (message.kind === 'plan' || message.kind === 'coverage') continue
        Object.assign(detected, message.detected)
        if (message.kind === 'results') yield message.batch
      }
    })
  }

  /** Does what `readPlan` does. Throws 429 if too many files are being read. */
  async plan(source: ByteSource, options: ListOptions): Promise<PlanFile> {
    const { isSmall, chunks } = await begin(source)
    if (isSmall) return readPlan(chunks, options)
    const messages = this.inSlot(() => readInProcess(chunks, { reads: 'plan', options }))
    for await (const message of messages) if (message.kind === 'plan') return message.file
    throw new Error('the reader gave no list')
  }

  /** Does what `readCoverage` does. Throws 429 if too many files are being read. */
  async coverage(source: ByteSource, options: CoverageOptions): Promise<CoverageFile> {
    const { isSmall, chunks } = await begin(source)
    if (isSmall) return readCoverage(chunks, options)
    const messages = this.inSlot(() => readInProcess(chunks, { reads: 'coverage', options }))
    for await (const message of messages) if (message.kind === 'coverage') return message.file
    throw new Error('the reader gave no list')
  }

  private async *inSlot<T>(read: () => AsyncGenerator<T>): AsyncGenerator<T> {
    await this.takeSlot()
    try {
      yield* read()
    } finally {
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }

  private async takeSlot(): Promise<void> {
    if (this.running < MAX_READERS) return void this.running++
    if (this.waiting.length >= MAX_WAITING)
      throw new HttpException(
        'too many files are being read: retry in a minute',
        HttpStatus.TOO_MANY_REQUESTS,
      )
    await new Promise<void>((resolve) => this.waiting.push(resolve))
  }
}

interface BegunFile {
  /** Whether it is read as it arrives, in little memory. */
  isSmall: boolean
  chunks: AsyncIterable<Uint8Array>
}

/** Looks at the beginning of a file, which tells how it is to be read. */
async function begin(source: ByteSource): Promise<BegunFile> {
  const iterator = iteratorOf(source)
  const first: Uint8Array[] = []
  let length = 0
  let isWhole = false
  while (length <= MAX_SMALL_BYTES) {
    const next = await iterator.next()
    if (next.done) {
      isWhole = true
      break
    }
    first.push(next.value)
    length += next.value.length
  }
  const head = Buffer.concat(first).subarray(0, HEAD_BYTES)
  const kind = fileKindOf(head)
  // Tables as text are read row by row. What a gzip file holds is seen only when it is unpacked.
  const isSmall = !isGzip(head) && (kind === 'text' || kind === 'empty' || (kind === 'json' && isWhole))
  async function* chunks() {
    yield* first
    yield* iterator
  }
  return { isSmall, chunks: chunks() }
}

async function* iteratorOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) yield source
  else yield* source
}
