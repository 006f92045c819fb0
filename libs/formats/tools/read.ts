/** Results of other tools as records of probes. The format is detected; tables and NDJSON are read as streams. */
import type { ByteSource } from '../file/byte-source.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'
import { openInput } from '../input/open-input.js'
import { jsonRecords } from './json-records.js'
import type { DetectedFormat, ResultRecord, ResultsOptions } from './records.js'
import { tableRecords } from './table-records.js'

/**
 * Records in batches; each has a probe as its document, or a reason why it is none. `detected` is filled on the way. Throws
 * `ImportQuestion` where only the person can tell, `UnreadableFileError` where the file cannot be read at all: both only
 * before the first batch. What breaks off later ends in a rejected record that says so.
 */
export async function* readResults(
  source: ByteSource,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  let count = 0
  try {
    for await (const batch of recordsOf(source, options, detected)) {
      if (batch.length === 0) continue
      yield batch
      count += batch.length
    }
  } catch (error) {
    if (!(error instanceof UnreadableFileError) || count === 0) throw error
    yield [{ index: count, text: '', rejectionReason: `the rest of the file was not read: ${error.message}` }]
  }
}

async function* recordsOf(
  source: ByteSource,
  options: ResultsOptions,
  detected: DetectedFormat,
): AsyncGenerator<ResultRecord[]> {
  const input = await openInput(source)
  switch (input.kind) {
    case 'empty':
      throw new UnreadableFileError('the file is empty', undefined, { code: 'empty' })
    case 'features':
      throw new UnreadableFileError(
        'the file holds shapes, and no results of tests: JSON, NDJSON, CSV or a workbook is needed',
      )
    case 'json':
      return yield* jsonRecords(input.chunks, input.encoding, options, detected)
    case 'table':
      return yield* tableRecords(input.table, options, detected)
  }
}
