/** The text of a table: UTF-8, or UTF-16 as Excel's "Unicode text". */
import { isUtf8 } from 'node:buffer'
import { encodingOf } from '../file/file-kind.js'
import { UnreadableFileError } from '../file/unreadable-file-error.js'

/** Decodes a file. 8-bit encodings throw `UnreadableFileError` with the line and a guess, see below. */
export async function* textOf(
  chunks: AsyncIterable<Uint8Array>,
  head: Uint8Array,
  file?: string,
): AsyncGenerator<string> {
  const decoder = new TextDecoder(encodingOf(head), { fatal: true })
  let line = 1
  for await (const chunk of chunks) {
    const text = decodeOrThrow(() => decoder.decode(chunk, { stream: true }), chunk, line, file)
    line += text.split('\n').length - 1
    yield text
  }
  yield decodeOrThrow(() => decoder.decode(), new Uint8Array(), line, file)
}

function decodeOrThrow(decode: () => string, chunk: Uint8Array, line: number, file?: string): string {
  try {
    return decode()
  } catch (cause) {
    const { at, guess } = locateInvalidUtf8(chunk, line)
    throw new UnreadableFileError(
      `line ${at} is not UTF-8; it looks like ${guess}. Save the file as “CSV UTF-8” and send it again`,
      file,
      { cause, code: 'encoding', fields: { line: String(at), guess } },
    )
  }
}

/**
 * Windows-1252 and Windows-1256 have é, è, à, ç in common, but É of one is ة of the other: the bytes alone do not tell
 * which of them it was, and a name that is stored wrongly stays wrong. So the person is asked; the guess is only a hint.
 */
function locateInvalidUtf8(chunk: Uint8Array, firstLine: number): { at: number; guess: string } {
  const lines = Buffer.from(chunk).toString('latin1').split('\n')
  const badLine = lines.findIndex((line) => !isUtf8(Buffer.from(line, 'latin1')))
  const guess = /[\xc0-\xff]{3}/.test(lines[badLine] ?? '')
    ? 'Windows-1256 (Arabic)'
    : 'Windows-1252 (French)'
  return { at: firstLine + Math.max(badLine, 0), guess }
}
