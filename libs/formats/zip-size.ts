/** What a zip file says that it unpacks to, read before anything is unpacked. */
import { FileProblem } from './file-problem.js'

/** A sheet of 300 MiB of XML has some millions of cells: whoever needs more sends CSV, which is read as a stream. */
const MAX_UNPACKED_BYTES = 300 * 1024 * 1024

// Layout: PKWARE APPNOTE 4.3.12 (central directory header) and 4.3.16 (end of central directory).
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
const ENTRY_SIGNATURE = 0x02014b50
const END_LENGTH = 22
const ENTRY_LENGTH = 46

/** Throws when the zip is cut short, or unpacks to more than memory should hold. */
export function assertModestZip(bytes: Buffer, file?: string): void {
  const size = unpackedSize(bytes)
  if (size === null) throw new FileProblem('the .xlsx is damaged or cut short', file)
  if (size > MAX_UNPACKED_BYTES) throw new FileProblem('the .xlsx unpacks to more than 300 MiB', file)
}

function unpackedSize(bytes: Buffer): number | null {
  const end = bytes.lastIndexOf(END_SIGNATURE)
  if (end < 0 || end + END_LENGTH > bytes.length) return null
  const entries = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  let total = 0
  for (let i = 0; i < entries; i++) {
    if (at + ENTRY_LENGTH > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE) return null
    total += bytes.readUInt32LE(at + 24)
    at +=
      ENTRY_LENGTH + bytes.readUInt16LE(at + 28) + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return total
}
