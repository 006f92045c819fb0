/** What a zip file unpacks to: as it says, and, since it may lie, as it does. */
import { createInflateRaw } from 'node:zlib'
import { FileProblem } from './file-problem.js'

/** A sheet of 300 MiB of XML has some millions of cells: whoever needs more sends CSV, which is read as a stream. */
const MAX_UNPACKED_BYTES = 300 * 1024 * 1024

// Layout: PKWARE APPNOTE 4.3.12 (central directory header) and 4.3.16 (end of central directory).
const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
const ENTRY_SIGNATURE = 0x02014b50
const ENTRY_BEGIN = Buffer.from('PK\x03\x04', 'latin1')
const BEGIN_LENGTH = 30
const END_LENGTH = 22
const ENTRY_LENGTH = 46

/** A workbook has some dozens. */
const MAX_BEGINS = 10_000

/** Throws when the zip is cut short, or unpacks to more than memory should hold. */
export async function assertModestZip(bytes: Buffer, file?: string): Promise<void> {
  const said = saidSize(bytes)
  if (said === null) throw new FileProblem('the .xlsx is damaged or cut short', file)
  if (said > MAX_UNPACKED_BYTES || (await isLarge(bytes)))
    throw new FileProblem('the .xlsx unpacks to more than 300 MiB', file)
}

/**
 * Counted by inflating, and let go. The reader goes by where entries begin and not by the directory at the end, so whatever
 * looks like a beginning is counted: never less than the reader unpacks.
 */
async function isLarge(bytes: Buffer): Promise<boolean> {
  let [left, begins] = [MAX_UNPACKED_BYTES, 0]
  for (let at = bytes.indexOf(ENTRY_BEGIN); at >= 0; at = bytes.indexOf(ENTRY_BEGIN, at + 1)) {
    if (at + BEGIN_LENGTH > bytes.length) break
    left -= await inflatedSize(
      bytes.subarray(at + BEGIN_LENGTH + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)),
      left,
    )
    if (left < 0 || ++begins > MAX_BEGINS) return true
  }
  return false
}

/** Of what is inflated from there, up to where it goes on for more than `most`. */
async function inflatedSize(packed: Buffer, most: number): Promise<number> {
  const inflate = createInflateRaw()
  let size = 0
  inflate.end(packed)
  try {
    for await (const chunk of inflate as AsyncIterable<Buffer>) if ((size += chunk.length) > most) break
  } catch {
    // No deflated bytes, or damaged ones: so far the reader comes too.
  }
  return size
}

function saidSize(bytes: Buffer): number | null {
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
