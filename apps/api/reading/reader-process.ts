/** The program of a reader: reads one file, whose bytes it asks for, and hands over what is in it. */
import { UnreadableFileError } from '#formats/file'
import { readCoverage, readPlan } from '#formats/lists'
import { ImportQuestion, readResults } from '#formats/tools'
import type { FromReader, ReadingJob, ToReader } from './reader-messages.js'

const send = (message: FromReader) => void process.send?.(message)

let takeChunk: (bytes: Uint8Array | null) => void = () => {}
let goOn: () => void = () => {}
process.on('message', (message: ToReader) => {
  if (message.kind === 'job') void readOrSayWhyNot(message.job)
  else if (message.kind === 'chunk') takeChunk(message.bytes)
  else goOn()
})
// A server that ended needs no reader.
process.on('disconnect', () => process.exit(0))

async function* chunks(): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = new Promise<Uint8Array | null>((resolve) => (takeChunk = resolve))
    send({ kind: 'chunk please' })
    const bytes = await next
    if (bytes === null) return
    yield bytes
  }
}

async function read(job: ReadingJob): Promise<void> {
  if (job.reads === 'plan') {
    send({ kind: 'plan', file: await readPlan(chunks(), job.options) })
    return send({ kind: 'end', detected: null })
  }
  if (job.reads === 'coverage') {
    send({ kind: 'coverage', file: await readCoverage(chunks(), job.options) })
    return send({ kind: 'end', detected: null })
  }
  const { detected } = job
  for await (const batch of readResults(chunks(), job.options, detected)) {
    const taken = new Promise<void>((resolve) => (goOn = resolve))
    send({ kind: 'results', batch, detected })
    await taken
  }
  send({ kind: 'end', detected })
}

async function readOrSayWhyNot(job: ReadingJob): Promise<void> {
  try {
    await read(job)
  } catch (error) {
    if (error instanceof UnreadableFileError) {
      const { message, code, fields } = error
      send({ kind: 'unreadable', message, details: { code, fields } })
    } else if (error instanceof ImportQuestion) send({ kind: 'question', message: error.message })
    else send({ kind: 'failed', stack: String((error as Error)?.stack ?? error) })
  }
}
