/** The mark by which Excel knows that a CSV is UTF-8; without it, French and Arabic letters are read as those of a code page. */
export const BYTE_ORDER_MARK = '\ufeff'

/** A text file with the mark at its beginning. */
export async function* withByteOrderMark<T>(chunks: AsyncIterable<T>): AsyncGenerator<T | string> {
  yield BYTE_ORDER_MARK
  yield* chunks
}
