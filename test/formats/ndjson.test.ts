import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineRecord, readNdjsonBatches } from '#formats/file'
import { all, bytes, inPieces } from './files.js'

const read = async (whole: Uint8Array, size = 65_536, maxLineBytes?: number): Promise<LineRecord[]> =>
  (await all(readNdjsonBatches(inPieces(whole, size), maxLineBytes))).flat()

/** The same, the slow and obvious way. */
function expected(
  whole: Buffer,
  maxLineBytes: number,
): Pick<LineRecord, 'index' | 'rejectionReason' | 'document'>[] {
  const lines = whole
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .split('\n')
  return lines
    .map((line) => Buffer.from(line.replace(/\r$/, ''), 'latin1'))
    .filter((line) => line.length > maxLineBytes || !/^[ \t\r]*$/.test(line.toString('latin1')))
    .map((line, index) => {
      if (line.length > maxLineBytes) return { index, rejectionReason: 'long' }
      try {
        return {
          index,
          document: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line)),
        }
      } catch {
        return { index, rejectionReason: 'faulty' }
      }
    })
}

const summary = (found: readonly LineRecord[]) =>
  found.map(({ index, rejectionReason: problem, document }) =>
    problem ? { index, rejectionReason: /longer/.test(problem) ? 'long' : 'faulty' } : { index, document },
  )

describe('records', () => {
  it('reads lines, CRLF or not, the last one without a break', async () => {
    expect(await read(bytes('{"a":1}\r\n[2]\n"three"'))).toEqual([
      { index: 0, document: { a: 1 }, text: '{"a":1}' },
      { index: 1, document: [2], text: '[2]' },
      { index: 2, document: 'three', text: '"three"' },
    ])
  })

  it('does not count blank lines', async () => {
    const found = await read(bytes('\n1\n\n  \t\r\n\r\n2\n\n'))
    expect(found.map(({ index, document }) => [index, document])).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  it('takes a byte order mark off the first line only', async () => {
    const found = await read(bytes('\ufeff1\n\ufeff2'))
    expect(found.map(({ rejectionReason: problem }) => problem === undefined)).toEqual([true, false])
  })

  it('gives nothing for nothing', async () => {
    expect(await all(readNdjsonBatches(inPieces(bytes(''), 1)))).toEqual([])
    expect(await all(readNdjsonBatches(inPieces(bytes('\n\n'), 1)))).toEqual([])
  })

  it('makes malformed JSON and wrong UTF-8 problems of their lines alone', async () => {
    const found = await read(
      Buffer.concat([bytes('1\n{"a":\n'), Buffer.from([0x22, 0xe9, 0x22]), bytes('\n"é"')]),
    )
    expect(found.map(({ rejectionReason: problem }) => problem?.slice(0, 12))).toEqual([
      undefined,
      'is not JSON:',
      'is not UTF-8',
      undefined,
    ])
    expect(found.map(({ text }) => text)).toEqual(['1', '{"a":', '"\ufffd"', '"é"'])
    expect(found.map(({ index }) => index)).toEqual([0, 1, 2, 3])
  })

  it.each([1, 7, 100, 1_000_000])('refuses a line too long, in pieces of %i', async (size) => {
    const long = `"${'x'.repeat(5_000)}"`
    const found = await read(bytes(`1\n${long}\n2\n`), size, 1_500)
    expect(found.map(({ document, rejectionReason: problem }) => document ?? problem)).toEqual([
      1,
      'is longer than 1500 bytes',
      2,
    ])
    expect(found[1]).toEqual({
      index: 1,
      text: long.slice(0, 1024),
      rejectionReason: 'is longer than 1500 bytes',
    })
  })

  it('counts the limit in bytes and without the line break', async () => {
    const limit = 12
    const fits = await read(bytes('"éééée"\r\n"12345678901"\n'), 5, limit)
    expect(fits.map(({ rejectionReason: problem }) => problem)).toEqual([
      undefined,
      'is longer than 12 bytes',
    ])
  })

  it.each([1, 2, 64])('counts neither byte order mark nor line break, in pieces of %i', async (size) => {
    const found = await read(bytes('\ufeff"12345678"\r\n"12345678"\r'), size, 10)
    expect(found.map(({ document }) => document)).toEqual(['12345678', '12345678'])
  })

  it('keeps a line without end out of memory', async () => {
    const piece = Buffer.alloc(1_048_576, 0x78)
    async function* endless() {
      for (let i = 0; i < 200; i++) yield piece
      yield bytes('\n{"after":true}\n')
    }
    const before = process.memoryUsage.rss()
    const found = (await all(readNdjsonBatches(endless()))).flat()
    expect(process.memoryUsage.rss() - before).toBeLessThan(50 * 1_048_576)
    expect(found.map(({ document, text }) => document ?? text.length)).toEqual([1024, { after: true }])
  })

  it('gives batches of 500', async () => {
    const batches = await all(readNdjsonBatches(inPieces(bytes('1\n'.repeat(1_234)), 333)))
    expect(batches.map((batch) => batch.length)).toEqual([500, 500, 234])
    expect(batches.flat().map(({ index }) => index)).toEqual(Array.from({ length: 1_234 }, (_, i) => i))
  })

  it('does not keep memory that the sender uses again', async () => {
    const shared = Buffer.alloc(3)
    async function* reusing() {
      for (const text of ['"ab', 'cd"', '\n1 ']) {
        shared.write(text, 'latin1')
        yield shared
      }
    }
    expect((await all(readNdjsonBatches(reusing()))).flat().map(({ document }) => document)).toEqual([
      'abcd',
      1,
    ])
  })

  it('agrees with the obvious way, however the bytes are cut', async () => {
    const piece = fc.oneof(
      fc.jsonValue().map((value) => bytes(JSON.stringify(value))),
      fc.constantFrom('\n', '\r\n', '\n\n', ' ', '\r', '\ufeff', '{', '"é€😀"').map(bytes),
      fc.uint8Array({ maxLength: 6 }).map((some) => Buffer.from(some)),
      fc.integer({ min: 1, max: 60 }).map((length) => bytes(`"${'é'.repeat(length)}"`)),
    )
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(piece, fc.constant(bytes('\n'))), { maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 8, max: 80 }),
        async (pieces, size, limit) => {
          const whole = Buffer.concat(pieces)
          expect(summary(await read(whole, size, limit))).toEqual(expected(whole, limit))
        },
      ),
      { numRuns: 500 },
    )
  })
})
