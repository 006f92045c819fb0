/** Files for the tests of formats: small ones made here, real ones where ../shared/data is at hand. */
import { openInput } from '../../libs/formats/input/open-input.js'
import type { TableRow } from '#formats/tables'
import { existsSync, readFileSync } from 'node:fs'
import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib'

const DATA = new URL('../../../shared/data/', import.meta.url)

/** Whether the real file is here; says so when it is not. */
export function haveData(name: string): boolean {
  const there = existsSync(new URL(name, DATA))
  if (!there) console.log(`skipped: ../shared/data/${name} is not here`)
  return there
}

export const dataFile = (name: string): Buffer => readFileSync(new URL(name, DATA))

export const bytes = (text: string): Buffer => Buffer.from(text)

/** The bytes in pieces of a size, as a network delivers them. */
export async function* inPieces(whole: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The rows of the first sheet of a table. */
export async function* tableRows(
  file: Uint8Array | AsyncIterable<Uint8Array>,
  name?: string,
): AsyncGenerator<TableRow> {
  const input = await openInput(file, { name })
  if (input.kind === 'table') yield* input.table.sheets[0]!.rows()
}

export interface ZipPart {
  name: string
  /** Deflated bytes; else `text` is. */
  packed?: Buffer
  text?: string | Buffer
  /** What the directory says of its size, where that is not the truth. */
  size?: number
}

/** A zip archive: each part deflated behind its header, then the directory of all parts. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const part of parts) {
    const packed = part.packed ?? deflateRawSync(part.text!)
    const name = Buffer.from(part.name)
    const plain =
      part.text === undefined
        ? part.packed!.length < 1e5
          ? inflateRawSync(packed)
          : Buffer.alloc(0)
        : Buffer.from(part.text)
    const header = Buffer.alloc(26)
    header.writeUInt16LE(20, 0)
    header.writeUInt16LE(0x0800, 2)
    header.writeUInt16LE(8, 4)
    header.writeUInt32LE(crc32(plain), 10)
    header.writeUInt32LE(packed.length, 14)
    header.writeUInt32LE(part.size ?? plain.length, 18)
    header.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), header, name, packed])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), header, place, name]))
    locals.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, central, end])
}
