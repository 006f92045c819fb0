/**
 * Zip archives in memory (PKWARE APPNOTE 6.3.10), read by their central directory, with limits that hold whatever the
 * directory declares.
 */
import { createInflateRaw, crc32, inflateRawSync } from 'node:zlib'
import { UnreadableFileError } from './unreadable-file-error.js'

/** 300 MiB of XML are some millions of cells; a larger table can be sent as CSV, which is read as a stream. */
const MAX_UNPACKED_BYTES = 300 * 1024 * 1024
/** A workbook has some dozens of entries. */
const MAX_ENTRIES = 10_000

const END_SIGNATURE = Buffer.from('PK\x05\x06', 'latin1')
const END_BYTES = 22
const CENTRAL_SIGNATURE = 0x02014b50
const CENTRAL_BYTES = 46
const LOCAL_SIGNATURE = 0x04034b50
const LOCAL_BYTES = 30

const STORED = 0
const DEFLATED = 8
/** Bit 0 of an entry's flags: its bytes are encrypted. */
const ENCRYPTED_FLAG = 1
/** A size or an offset that stands in a Zip64 field instead: the archive is larger than 4 GiB, or pretends to be. */
const IN_ZIP64 = 0xffffffff

export interface ZipEntry {
  name: string
  method: number
  isEncrypted: boolean
  crc: number
  packedBytes: number
  unpackedBytes: number
  /** The byte at which the local header begins. */
  offset: number
}

export class ZipArchive {
  private constructor(
    private readonly bytes: Buffer,
    /** Files, without folders and without what macOS adds. */
    readonly entries: readonly ZipEntry[],
    private readonly file: string | undefined,
  ) {}

  /** Throws `UnreadableFileError` when the archive is damaged, or larger than 300 MiB once unpacked. */
  static open(bytes: Buffer, file?: string): ZipArchive {
    const entries = entriesOf(bytes)
    if (entries === null) throw new UnreadableFileError('the zip file is damaged or cut short', file)
    if (entries.reduce((sum, entry) => sum + entry.unpackedBytes, 0) > MAX_UNPACKED_BYTES)
      throw new UnreadableFileError(TOO_LARGE, file)
    return new ZipArchive(
      bytes,
      entries.filter(({ name }) => !/\/$|(?:^|\/)(?:__MACOSX\/|\.DS_Store$|\._)/.test(name)),
      file,
    )
  }

  find(name: string): ZipEntry | undefined {
    const path = name.replace(/^\//, '').toLowerCase()
    return this.entries.find((entry) => entry.name.replaceAll('\\', '/').toLowerCase() === path)
  }

  /** A whole entry. Throws `UnreadableFileError` when it is damaged. */
  read(entry: ZipEntry): Buffer {
    const packed = this.packedBytesOf(entry)
    const unpacked = entry.method === STORED ? packed : this.inflate(packed)
    if (crc32(unpacked) !== entry.crc) throw this.damagedError(entry)
    return unpacked
  }

  /** An entry in chunks, of at most 300 MiB in all. Throws `UnreadableFileError` when it is damaged. */
  async *stream(entry: ZipEntry): AsyncGenerator<Uint8Array> {
    const packed = this.packedBytesOf(entry)
    if (entry.method === STORED) return yield packed
    const inflate = createInflateRaw()
    inflate.end(packed)
    let [size, crc] = [0, 0]
    try {
      for await (const chunk of inflate as AsyncIterable<Buffer>) {
        size += chunk.length
        if (size > MAX_UNPACKED_BYTES) throw new UnreadableFileError(TOO_LARGE, this.file)
        crc = crc32(chunk, crc)
        yield chunk
      }
    } catch (cause) {
      throw isZlibError(cause) ? this.damagedError(entry, cause) : cause
    } finally {
      inflate.destroy()
    }
    if (crc !== entry.crc) throw this.damagedError(entry)
  }

  private packedBytesOf(entry: ZipEntry): Buffer {
    const { offset, packedBytes, method } = entry
    if (entry.isEncrypted)
      throw new UnreadableFileError('the zip file has a password: send it without one', this.file)
    if (method !== STORED && method !== DEFLATED)
      throw new UnreadableFileError(
        'the zip file is packed in an unusual way: pack it again as a plain zip',
        this.file,
      )
    if (offset + LOCAL_BYTES > this.bytes.length || this.bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE)
      throw this.damagedError(entry)
    const start =
      offset + LOCAL_BYTES + this.bytes.readUInt16LE(offset + 26) + this.bytes.readUInt16LE(offset + 28)
    if (start + packedBytes > this.bytes.length) throw this.damagedError(entry)
    return this.bytes.subarray(start, start + packedBytes)
  }

  private inflate(packed: Buffer): Buffer {
    try {
      return inflateRawSync(packed, { maxOutputLength: MAX_UNPACKED_BYTES })
    } catch (cause) {
      const isTooLarge = cause instanceof RangeError
      throw new UnreadableFileError(isTooLarge ? TOO_LARGE : DAMAGED, this.file, { cause })
    }
  }

  private damagedError({ name }: ZipEntry, cause?: unknown): UnreadableFileError {
    return new UnreadableFileError(`${DAMAGED} (${name.slice(0, 80)})`, this.file, { cause })
  }
}

const TOO_LARGE = 'the file unpacks to more than 300 MiB: send its table as CSV'
const DAMAGED = 'the file is damaged or cut short'

const isZlibError = (cause: unknown): boolean =>
  cause instanceof Error && 'code' in cause && String(cause.code).startsWith('Z_')

/** The files of the central directory; null when there is none or it is damaged. */
function entriesOf(bytes: Buffer): ZipEntry[] | null {
  const end = bytes.lastIndexOf(END_SIGNATURE)
  if (end < 0 || end + END_BYTES > bytes.length) return null
  const count = bytes.readUInt16LE(end + 10)
  let at = bytes.readUInt32LE(end + 16)
  if (count > MAX_ENTRIES) return null
  const entries: ZipEntry[] = []
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > bytes.length || bytes.readUInt32LE(at) !== CENTRAL_SIGNATURE) return null
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => bytes.readUInt16LE(at + o)) as [
      number,
      number,
      number,
    ]
    const entry = entryAt(bytes, at, nameLength)
    if ([entry.packedBytes, entry.unpackedBytes, entry.offset].includes(IN_ZIP64)) return null
    entries.push(entry)
    at += CENTRAL_BYTES + nameLength + extraLength + commentLength
  }
  return entries
}

const entryAt = (bytes: Buffer, at: number, nameLength: number): ZipEntry => ({
  name: bytes.toString('utf8', at + CENTRAL_BYTES, at + CENTRAL_BYTES + nameLength),
  isEncrypted: (bytes.readUInt16LE(at + 8) & ENCRYPTED_FLAG) !== 0,
  method: bytes.readUInt16LE(at + 10),
  crc: bytes.readUInt32LE(at + 16),
  packedBytes: bytes.readUInt32LE(at + 20),
  unpackedBytes: bytes.readUInt32LE(at + 24),
  offset: bytes.readUInt32LE(at + 42),
})
