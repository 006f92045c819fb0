/** The size of a zip file once unpacked: as its directory declares, and, since that may lie, as counted by inflating. */
import { createInflateRaw } from 'node:zlib'
import { UnreadableFileError } from './unreadable-file-error.js'

/** 300 MiB of XML are some millions of cells; a larger table can be sent as CSV, which is read as a stream. */
const MAX_UNPACKED_BYTES = 300 * 1024 * 1024

// Layout: PKWARE APPNOTE 4.3.12 (central directory header) and 4.3.16 (end of central directory).
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
const CENTRAL_HEADER_SIGNATURE = 0x02014b50
const LOCAL_HEADER_SIGNATURE = Buffer.from('PK\x03\x04', 'latin1')
const LOCAL_HEADER_LENGTH = 30
const END_LENGTH = 22
const CENTRAL_HEADER_LENGTH = 46

/** A workbook has some dozens of entries. */
const MAX_ENTRIES = 10_000

/** Throws when the zip is cut short, or unpacks to more than memory should hold. */
export async function assertUnpackedSize(bytes: Buffer, file?: string): Promise<void> {
  const declaredBytes = declaredSizeOf(bytes)
  if (declaredBytes === null) throw new UnreadableFileError('the .xlsx is damaged or cut short', file)
  if (declaredBytes > MAX_UNPACKED_BYTES || (await exceedsUnpackedLimit(bytes)))
    throw new UnreadableFileError('the .xlsx unpacks to more than 300 MiB', file)
}

/**
 * Inflates and discards every entry. The XLSX reader finds entries by their local headers and not by the directory at the
 * end, so whatever looks like a local header is counted: never less than the reader unpacks.
 */
async function exceedsUnpackedLimit(bytes: Buffer): Promise<boolean> {
  let [remainingBytes, entryCount] = [MAX_UNPACKED_BYTES, 0]
  for (
    let at = bytes.indexOf(LOCAL_HEADER_SIGNATURE);
    at >= 0;
    at = bytes.indexOf(LOCAL_HEADER_SIGNATURE, at + 1)
  ) {
    if (at + LOCAL_HEADER_LENGTH > bytes.length) break
    remainingBytes -= await inflatedSize(
      bytes.subarray(at + LOCAL_HEADER_LENGTH + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)),
      remainingBytes,
    )
    if (remainingBytes < 0 || ++entryCount > MAX_ENTRIES) return true
  }
  return false
}

/** Bytes that are inflated from the beginning of `packed`; counting stops beyond `maxBytes`. */
async function inflatedSize(packed: Buffer, maxBytes: number): Promise<number> {
  const inflate = createInflateRaw()
  let size = 0
  inflate.end(packed)
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) if ((size += chunk.length) > maxBytes) break
  } catch {
    // Bytes that are not deflated, or damaged: the XLSX reader stops at the same place.
  }
  return size
}

function declaredSizeOf(bytes: Buffer): number | null {
  const end = bytes.lastIndexOf(END_SIGNATURE)
  if (end < 0 || end + END_LENGTH > bytes.length) return null
  const entries = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  let total = 0
  for (let i = 0; i < entries; i++) {
    if (at + CENTRAL_HEADER_LENGTH > bytes.length || bytes.readUInt32LE(at) !== CENTRAL_HEADER_SIGNATURE)
      return null
    total += bytes.readUInt32LE(at + 24)
    at +=
      CENTRAL_HEADER_LENGTH +
      bytes.readUInt16LE(at + 28) +
      bytes.readUInt16LE(at + 30) +
      bytes.readUInt16LE(at + 32)
  }
  return total
}
