import { deflateRawSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { UnreadableFileError } from '#formats/file'
import { all, bytes, dataFile, haveData, inPieces, tableRows, zipOf } from './files.js'

const read = async (file: Uint8Array | AsyncIterable<Uint8Array>) => all(tableRows(file, 'liste'))
const cells = async (text: string) => (await read(bytes(text))).map((row) => row.cells)

describe('CSV', () => {
  it.each([
    ['a,b\n1,2\n'],
    ['a;b\n1;2\n'],
    ['a\tb\n1\t2\n'],
    ['\ufeffa;b\r\n1;2\r\n'],
    ['a;b\r1;2\r'],
    ['"a";"b"\n1;2'],
  ])('%j has two columns', async (text) =>
    expect(await cells(text)).toEqual([
      ['a', 'b'],
      ['1', '2'],
    ]),
  )

  it('does not take a delimiter inside quotation marks for one', async () =>
    expect(await cells('"a,b,c";d\n"1,5";2')).toEqual([
      ['a,b,c', 'd'],
      ['1,5', '2'],
    ]))

  it('is not led astray by a title above', async () =>
    expect((await cells('Liste des sites\n\na;b\n1;2'))[2]).toEqual(['a', 'b']))

  it('tells on which line of the file a row begins', async () => {
    const rows = await read(bytes('a,b\r\n"x\r\ny\nz",1\r\n\r\n2,3\n'))
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 5, 6])
    expect(rows[3]?.cells).toEqual(['2', '3'])
  })

  it('keeps stray quotation marks and rows of other lengths', async () =>
    expect(await cells('a,b\n1,5" pipe\n1\n1,2,3')).toEqual([
      ['a', 'b'],
      ['1', '5" pipe'],
      ['1'],
      ['1', '2', '3'],
    ]))

  it('names the line of a quotation mark that is never closed', async () => {
    await expect(cells('a,b\n1,2\n"3,4\n5,6\n')).rejects.toThrow(/^liste: line 3: a quotation mark/)
    await expect(cells(`a,b\n"${'x'.repeat(2_000_000)}`)).rejects.toThrow(/line 2: a quotation mark/)
  })

  it('reads gzip and UTF-16 alike', async () => {
    const text = 'nom;الاسم\nFès;فاس\n'
    const plain = await read(bytes(text))
    expect(plain[1]?.cells).toEqual(['Fès', 'فاس'])
    expect(await read(gzipSync(text))).toEqual(plain)
    expect(await read(Buffer.from(`\ufeff${text}`, 'utf16le'))).toEqual(plain)
  })

  it('refuses the 8-bit pages with the line and a guess', async () => {
    const french = Buffer.from('a;b\n1;2\n3;École\n', 'latin1')
    await expect(read(french)).rejects.toThrow(/line 3 is not UTF-8; it looks like Windows-1252/)
    const arabic = Buffer.concat([bytes('a;b\n'), Buffer.from([0xc7, 0xe1, 0xd1, 0xc8, 0xc7, 0xd8])])
    await expect(read(arabic)).rejects.toThrow(/line 2 is not UTF-8; it looks like Windows-1256/)
    await expect(read(french)).rejects.toThrow(UnreadableFileError)
  })

  it('refuses damaged gzip, old workbooks', async () => {
    await expect(read(gzipSync('a,b\n'.repeat(1000)).subarray(0, 30))).rejects.toThrow(/gzip file is damaged/)
    await expect(read(Buffer.from('d0cf11e0a1b11ae1', 'hex'))).rejects.toThrow(/\.xls is not read/)
  })

  it('gives no rows for no bytes', async () => expect(await read(bytes(''))).toEqual([]))

  it('stops reading when nobody wants more', async () => {
    let pieces = 0
    async function* endless() {
      for (; ; pieces++) yield bytes('a,b\n'.repeat(1_000))
    }
    for await (const { line } of tableRows(endless())) if (line > 10) break
    expect(pieces).toBeLessThan(500)
  })

  it('gives back what a CSV writer wrote, however the bytes are cut', async () => {
    const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
    const cell = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', 'ن', ',', ';', '\t', '\n', '"', ' ', '1'),
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 40 }),
        async (table, size) => {
          const text = `h1,h2\n${table.map((row) => row.map(quoted).join(',')).join('\n')}`
          const rows = await read(inPieces(bytes(text), size))
          expect(rows.slice(1).map((row) => row.cells)).toEqual(table)
        },
      ),
    )
  })

  it.skipIf(!haveData('places_geonames.csv.gz'))('reads a real file', async () => {
    const rows = await read(dataFile('places_geonames.csv.gz'))
    expect(rows).toHaveLength(43_594)
    expect(rows.at(-1)?.line).toBe(43_594)
  })
})

describe('XLSX', () => {
  const book = (rows: (string | number | boolean | null)[][]) =>
    writeXlsxFile(rows.map((row) => row.map((value) => (value === null ? null : { value })))).toBuffer()

  it('gives the first sheet in the same shape', async () => {
    const file = await book([
      ['code', 'الاسم', 'lat', 'ok'],
      ['S1', 'مدرسة', 33.971591, true],
      [null, null, null, null],
      [10510101, 'x', -6.85, false],
    ])
    // A row without anything in it is a row for nobody: some programs write a million of them.
    expect(await read(file)).toEqual([
      { line: 1, cells: ['code', 'الاسم', 'lat', 'ok'] },
      { line: 2, cells: ['S1', 'مدرسة', '33.971591', 'true'] },
      { line: 4, cells: ['10510101', 'x', '-6.85', 'false'] },
    ])
  })

  it('refuses one that is cut, another zip, and one over 50 MiB', async () => {
    const file = await book([['a', 'b']])
    await expect(read(file.subarray(0, file.length / 2))).rejects.toThrow(UnreadableFileError)
    const empty = Buffer.from(
      'UEsDBBQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAYVBLAQIUABQAAAAAAAAAIQAAAAAAAAAAAAAAAAABAAAAAAAAAAAAAAAAAAAAAABhUEsFBgAAAAABAAEALwAAAB8AAAAAAA==',
      'base64',
    )
    await expect(read(empty)).rejects.toThrow(UnreadableFileError)
    async function* huge() {
      yield file
      for (let i = 0; i < 51; i++) yield Buffer.alloc(1_048_576)
    }
    await expect(read(huge())).rejects.toThrow(/50 MiB/)
  })

  it('refuses one that says it unpacks to gigabytes', async () => {
    const file = Buffer.from(await book([['a', 'b']]))
    const entry = file.indexOf(Buffer.from('PK\x01\x02', 'latin1'))
    file.writeUInt32LE(2 ** 31, entry + 24)
    await expect(read(file)).rejects.toThrow(/300 MiB/)
  })

  it('refuses one that unpacks to gigabytes and does not say so', async () => {
    const packed = deflateRawSync(Buffer.alloc(310 * 1024 * 1024, ' '), { level: 1 })
    const entries = [
      { name: '[Content_Types].xml', packed: deflateRawSync('<Types/>'), size: 8 },
      { name: 'xl/workbook.xml', packed: deflateRawSync(WORKBOOK), size: WORKBOOK.length },
      { name: 'xl/_rels/workbook.xml.rels', packed: deflateRawSync(RELATIONS), size: RELATIONS.length },
      // The directory says that this is small.
      { name: 'xl/worksheets/sheet1.xml', packed, size: 100 },
    ]
    const file = zipOf(entries)
    expect(file.length).toBeLessThan(3_000_000)
    await expect(read(file)).rejects.toThrow(/300 MiB/)
  })
})

const WORKBOOK = '<workbook><sheets><sheet name="A" sheetId="1" id="r1"/></sheets></workbook>'
const RELATIONS =
  '<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
