/** A stream that ends where its file cannot be read on, so that what came before is not lost. */
import { UnreadableFileError } from '../file/unreadable-file-error.js'

export interface EndingStream<T> {
  items: AsyncGenerator<T>
  /** The reason why the stream ended early; null until it has. */
  error: () => UnreadableFileError | null
}

export function endingAtError<T>(source: AsyncIterable<T> | Iterable<T>): EndingStream<T> {
  let error: UnreadableFileError | null = null
  async function* items() {
    try {
      yield* source
    } catch (cause) {
      if (!(cause instanceof UnreadableFileError)) throw cause
      error = cause
    }
  }
  return { items: items(), error: () => error }
}
