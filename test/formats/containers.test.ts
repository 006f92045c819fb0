/** Files in other files, in other programs' formats, in other encodings: read, or named for what they are. */
import { readAreas, readCoverage, readLocalities, readPlan, readSites } from '#formats/lists'
import { readResults } from '#formats/tools'
import { UnreadableFileError } from '#formats/file'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { bytes, zipOf } from './files.js'
import { dbfOf, shpOf } from './shapefiles.js'
import { odsOf, odsRow, odsText, rowXml, xlsxOf } from './workbooks.js'

const SITES =
  'code,name,commune_code,lat,lng\nV-1,École,01.051.01.01,35.1,-4.1\nV-2,مدرسة,01.051.01.01,35.2,-4.2\n'
const RING = [
  [-5.68, 32.93],
  [-5.66, 32.93],
  [-5.66, 32.95],
  [-5.68, 32.93],
]
const header = ['code', 'name_fr', 'lat', 'lng', 'operator']
const row = (line: number, code: string) => rowXml(line, [code, 'Douar', 34.02, -6.84, 'inwi'])
const list = (code: string) => rowXml(1, header) + row(2, code)

describe('workbooks', () => {
  const codesOf = async (file: Uint8Array, options = {}) => {
    const { rows, notes } = await readPlan(file, options)
    return { codes: rows.map(({ code }) => code), notes }
  }

  test('a hidden sheet is not read, and named', async () => {
    const book = xlsxOf({
      sheets: [
        { name: '2025', state: 'hidden', rows: list('OLD') },
        { name: 'Listes', state: 'veryHidden', rows: list('OLDER') },
        { name: '2026', rows: list('NEW') },
      ],
    })
    expect(await codesOf(book)).toEqual({
      codes: ['NEW'],
      notes: ['hidden sheets were not read: “2025”, “Listes”'],
    })
  })

  test('the sheet with the list is found behind a cover; of two lists one is chosen', async () => {
    const cover = { name: 'Lisez-moi', rows: rowXml(1, ['Plan national']) }
    expect(await codesOf(xlsxOf({ sheets: [cover, { name: 'Plan', rows: list('A') }] }))).toEqual({
      codes: ['A'],
      notes: [expect.stringContaining('“Plan” was read; others hold no such list: “Lisez-moi”')],
    })
    const two = xlsxOf({
      sheets: [
        { name: 'Nord', rows: list('A') },
        { name: 'Sud', rows: list('B') },
      ],
    })
    await expect(readPlan(two)).rejects.toThrow(/“Nord”, “Sud” hold a list each: choose one with sheet=/)
    expect((await codesOf(two, { sheet: 'sud' })).codes).toEqual(['B'])
    await expect(readPlan(two, { sheet: 'Est' })).rejects.toThrow(/no sheet.*“Est”: “Nord”, “Sud”/)
  })

  test('a cell merged over rows holds for each; what is merged over columns is a fault in the others', async () => {
    const rows =
      rowXml(1, [...header, 'comment']) +
      rowXml(2, ['A', 'Douar', 34.02, -6.84, 'inwi']) +
      rowXml(3, ['B', 'Douar', 34.02, -6.84, null]) +
      rowXml(4, ['C', 'Douar', 34.02, -6.84, 'à voir', null])
    const after = '<mergeCells><mergeCell ref="E2:E3"/><mergeCell ref="E4:F4"/></mergeCells>'
    const { rows: items, rejections } = await readPlan(xlsxOf({ sheets: [{ name: 'A', rows, after }] }))
    expect(items.map(({ code, fields }) => [code, fields.operator])).toEqual([
      ['A', 'inwi'],
      ['B', 'inwi'],
    ])
    expect(rejections).toMatchObject([
      { line: 4, field: 'comment', reason: expect.stringContaining('merged') },
    ])
  })

  test('cells and rows without addresses follow each other; prefixes and Strict OOXML are the same', async () => {
    const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`
    const plain = [header, ['A', 'Douar', '34.02', '-6.84', 'inwi']]
      .map((cells) => `<row>${cells.map(cell).join('')}</row>`)
      .join('')
    for (const book of [
      { sheets: [{ name: 'A', rows: plain }] },
      { sheets: [{ name: 'A', rows: list('A') }], prefix: 'x' },
      { sheets: [{ name: 'A', rows: list('A') }], isStrict: true },
    ])
      expect((await codesOf(xlsxOf(book))).codes).toEqual(['A'])
  })

  test.each([
    [
      'one cell at XFD1048576',
      { name: 'A', rows: `${list('A')}<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>` },
      /XFD1048576/,
    ],
    [
      'a million and a half rows',
      { name: 'A', rows: list('A') + '<row><c><v>1</v></c></row>'.repeat(1_500_000) },
      /more than \d+ (rows|lines)/,
    ],
  ])('%s is refused', async (_, sheet, reason) => {
    await expect(readPlan(xlsxOf({ sheets: [sheet] }))).rejects.toThrow(reason)
  })

  test('more texts than memory should hold are refused', async () => {
    const sharedTexts = Array.from({ length: 1_000_001 }, () => 'x')
    await expect(readPlan(xlsxOf({ sheets: [{ name: 'A', rows: list('A') }], sharedTexts }))).rejects.toThrow(
      /million texts/,
    )
  })

  test('an empty cell at the end of everything stops nothing', async () => {
    const rows = `${list('A')}<row r="1048576"><c r="XFD1048576" s="1"/></row>`
    expect((await codesOf(xlsxOf({ sheets: [{ name: 'A', rows }] }))).codes).toEqual(['A'])
  })

  test('what LibreOffice saves is read: repeated cells, dates, times, hidden sheets, comments', async () => {
    const cell = (attributes: string, text: string) =>
      `<table:table-cell ${attributes}><text:p>${text}</text:p></table:table-cell>`
    const hidden = `<style:style style:name="ta2" style:family="table"><style:table-properties table:display="false"/></style:style>`
    const visible =
      odsRow(...['code', 'name_fr', 'lat', 'lng', 'promised_by', 'technology'].map(odsText)) +
      odsRow(
        cell('office:value-type="float" office:value="123"', '00123'),
        '<table:table-cell office:value-type="string"><office:annotation><text:p>note</text:p></office:annotation><text:p>Douar<text:s/>Un</text:p></table:table-cell>',
        cell('office:value-type="float" office:value="34.02"', '34,02'),
        cell('office:value-type="float" office:value="-6.84"', '-6,84'),
        cell('office:value-type="date" office:date-value="2027-03-31T00:00:00"', '31/03/27'),
        odsText('4G'),
      ) +
      '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    const tables = `<table:table table:name="Vieux" table:style-name="ta2">${odsRow(odsText('code'))}</table:table><table:table table:name="Plan">${visible}</table:table>`
    const { rows, notes, rejections } = await readPlan(odsOf({ tables, styles: hidden }))
    expect([rejections, notes]).toEqual([[], ['hidden sheets were not read: “Vieux”']])
    expect(rows[0]).toMatchObject({
      code: '00123',
      place: { lat: 34.02, lng: -6.84 },
      fields: { nameFr: 'Douar Un', promisedBy: '2027-03-31', technology: '4g' },
    })
    await expect(readPlan(odsOf({ tables, isEncrypted: true }))).rejects.toThrow(/password/)
  })
})

describe('features', () => {
  const collection = (features: object[]) => ({ type: 'FeatureCollection', features })
  const point = (code: string) => ({
    type: 'Feature',
    properties: { code, name_fr: 'Douar', commune_code: '01.051.01.01' },
    geometry: { type: 'Point', coordinates: [-5.67, 32.94] },
  })

  test('a feature a line, with the mark of RFC 8142 or without, and a feature alone', async () => {
    const lines = [point('A'), point('B')].map((feature) => JSON.stringify(feature))
    for (const text of [
      lines.join('\n'),
      lines.map((line) => `\u001e${line}`).join('\n'),
      JSON.stringify(collection([point('A'), point('B')])),
    ])
      expect((await readPlan(bytes(text))).rows.map(({ code }) => code)).toEqual(['A', 'B'])
    expect((await readPlan(bytes(lines[0]!))).rows).toHaveLength(1)
    await expect(readPlan(bytes(`${lines.join('\n')}\n{"type":"Fea`))).rejects.toThrow(
      /cut short.*after 2 documents/,
    )
  })

  test('points are the places of sites and localities', async () => {
    const file = bytes(JSON.stringify(collection([point('A')])))
    expect((await readSites(file)).sites).toMatchObject([{ code: 'A', lat: 32.94, lng: -5.67 }])
    expect((await readLocalities(file)).localities).toMatchObject([{ id: 'A', lat: 32.94, lng: -5.67 }])
  })

  const KML = `<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
    <Placemark><name>A</name><ExtendedData><Data name="code"><value>A-1</value></Data><Data name="technology"><value>4G</value></Data>
      <Data name="download"><value>30 Mbit/s</value></Data></ExtendedData>
      <Polygon><outerBoundaryIs><LinearRing><coordinates>${RING.map((p) => `${p.join(',')},0`).join(' ')}</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>
    <Placemark><name>B</name><ExtendedData><SchemaData><SimpleData name="code">B-1</SimpleData></SchemaData></ExtendedData>
      <Point><coordinates>-5.67,32.94</coordinates></Point></Placemark></Folder></Document></kml>`

  test('KML and KMZ', async () => {
    for (const file of [
      bytes(KML),
      zipOf([
        { name: 'images/icon.png', text: 'x' },
        { name: 'doc.kml', text: KML },
      ]),
    ]) {
      const { rows } = await readPlan(file)
      expect(rows.map(({ code, fields, place }) => [code, fields.nameFr, Object.keys(place!)[0]])).toEqual([
        ['A-1', 'A', 'geometry'],
        ['B-1', 'B', 'lat'],
      ])
      const { claims } = await readCoverage(file, { operator: 'inwi', date: '2026-01-01' })
      expect(claims).toMatchObject([{ downloadBps: 30e6, place: { geometry: { coordinates: [RING] } } }])
    }
    await expect(readPlan(bytes(KML.slice(0, 300)))).rejects.toThrow(/KML is damaged/)
  })

  test('a zipped shapefile, in a folder, with a hole, its encoding in a .cpg', async () => {
    const hole = [...RING].reverse().map(([x, y]) => [x! + 0.001, y! + 0.001])
    const parts = [
      {
        name: 'couverture/zone.shp',
        text: shpOf(5, [[[...RING].reverse(), [...hole].reverse()], [[...RING].reverse()]]),
      },
      {
        name: 'couverture/zone.dbf',
        text: dbfOf(
          { code: 'C', name_fr: 'C', technology: 'C', download: 'C' },
          [
            ['01', 'Béni', '4G', '30 Mbps'],
            ['02', 'Fès', '4G', '30 Mbps'],
          ],
          'latin1',
        ),
      },
      { name: 'couverture/zone.cpg', text: 'ISO 88591' },
      {
        name: 'couverture/zone.prj',
        text: 'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]',
      },
      { name: '__MACOSX/couverture/._zone.shp', text: 'x' },
    ]
    const file = zipOf(parts)
    expect((await readCoverage(file, { operator: 'inwi', date: '2026-01-01' })).claims).toHaveLength(2)
    const { areas } = await readAreas(file)
    expect(areas.map(({ code, nameFr }) => [code, nameFr])).toEqual([
      ['01', 'Béni'],
      ['02', 'Fès'],
    ])
    expect(areas[0]!.geometry.coordinates).toHaveLength(2)
    await expect(readAreas(zipOf([...parts, { name: 'b.shp', text: 'x' }]))).rejects.toThrow(
      /2 shapefiles \(couverture\/zone.shp, b.shp\)/,
    )
    const noEncoding = zipOf(parts.filter(({ name }) => !name.endsWith('.cpg')))
    await expect(readAreas(noEncoding)).rejects.toThrow(/not UTF-8: add the .cpg/)
    const cut = zipOf(
      parts.map((part) =>
        part.name.endsWith('.shp') ? { ...part, text: Buffer.from(part.text).subarray(0, 150) } : part,
      ),
    )
    await expect(readAreas(cut)).rejects.toThrow(/shapefile cannot be read: its .shp is damaged/)
  })
})

describe('archives and encodings', () => {
  const names = async (file: Uint8Array) => (await readSites(file)).sites.map(({ name }) => name)

  test('a zipped CSV, beside its licence; a workbook in a zip; gzip', async () => {
    expect(
      await names(
        zipOf([
          { name: 'LICENSE.txt', text: 'x' },
          { name: 'sites.csv', text: SITES },
        ]),
      ),
    ).toEqual(['École', 'مدرسة'])
    const cells = SITES.trim()
      .split('\n')
      .map((line) => line.split(',').map((value) => ({ value })))
    const book = await writeXlsxFile(cells).toBuffer()
    expect(await names(zipOf([{ name: 'sites.xlsx', text: Buffer.from(book) }]))).toEqual(['École', 'مدرسة'])
    expect(await names(gzipSync(SITES))).toEqual(['École', 'مدرسة'])
    const probes: unknown[] = []
    const csv = zipOf([{ name: 'a/b.csv', text: 'date,download (Mbit/s)\n2026-03-01 10:00,3\n' }])
    for await (const batch of readResults(
      csv,
      { format: null, unit: null },
      { format: null, unit: null, notes: [] },
    ))
      probes.push(...batch)
    expect(probes).toMatchObject([{ document: { downloadBps: 3e6 } }])
  })

  test.each<[string, Buffer]>([
    ['UTF-16, little end first', Buffer.from(`\ufeff${SITES}`, 'utf16le')],
    ['UTF-16, big end first', Buffer.from(`\ufeff${SITES}`, 'utf16le').swap16()],
    ['UTF-16 without its mark', Buffer.from(SITES, 'utf16le')],
    ['UTF-8 with its mark', Buffer.from(`\ufeff${SITES}`)],
    [
      'fields in quotes behind spaces',
      Buffer.from(SITES.replaceAll(',', '", "').replaceAll('\n', '"\n"').replace(/^/, '"').replace(/"$/, '')),
    ],
    ['columns apart by |', Buffer.from(SITES.replaceAll(',', '|'))],
    [
      'a title with commas above columns apart by ;',
      Buffer.from(`Liste, des sites, 2026\n${SITES.replaceAll(',', ';')}`),
    ],
    ['sep=;', Buffer.from(`sep=;\n${SITES.replaceAll(',', ';')}`)],
  ])('%s', async (_, file) => expect(await names(file)).toEqual(['École', 'مدرسة']))

  const HTML = '<html><body><table><tr><td>code</td></tr></table></body></html>'
  const ole = (stream: string) =>
    Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512), Buffer.from(stream, 'utf16le')])
  const UNREAD: [string, Buffer, RegExp][] = [
    ['a web page saved as .xls', bytes(HTML), /is a web page \(HTML\).*save it as .xlsx or CSV/],
    ['a page with a comment above', bytes(`<!-- Excel -->\n<!DOCTYPE html>${HTML}`), /web page/],
    ['a workbook with a password', ole('EncryptedPackage'), /has a password/],
    ['an old workbook', ole('Workbook'), /\.xls is not read: save it as .xlsx or CSV/],
    ['an old Word document', ole('WordDocument'), /Word document/],
    ['a binary workbook', zipOf([{ name: 'xl/workbook.bin', text: 'x' }]), /\.xlsb/],
    [
      'a Word document',
      zipOf([
        { name: '[Content_Types].xml', text: 'x' },
        { name: 'word/document.xml', text: 'x' },
      ]),
      /Word document/,
    ],
    [
      'a text of LibreOffice',
      zipOf([{ name: 'mimetype', text: 'application/vnd.oasis.opendocument.text' }]),
      /no spreadsheet/,
    ],
    [
      'two files in a zip',
      zipOf([
        { name: 'a.csv', text: SITES },
        { name: 'b.csv', text: SITES },
      ]),
      /2 files \(a.csv, b.csv\): send them one by one/,
    ],
    [
      'a zip with nothing to read',
      zipOf([{ name: 'a.exe', text: 'MZ\0\0\0\0\0\0\0\0\0' }]),
      /no text and of no kind that is read/,
    ],
    ['an empty zip', zipOf([]), /holds nothing that is read/],
    [
      'a zip of a zip of a zip',
      zipOf([
        { name: 'a.zip', text: zipOf([{ name: 'b.zip', text: zipOf([{ name: 'c.csv', text: SITES }]) }]) },
      ]),
      /unpack it/,
    ],
    ['a PDF', bytes('%PDF-1.7 ...'), /PDF/],
    ['a picture', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), /PNG/],
    ['a RAR archive', bytes('Rar!\x1a\x07'), /RAR/],
    [
      'one part of a shapefile',
      Buffer.from([0, 0, 0x27, 0x0a, 0, 0, 0, 0]),
      /zip its .shp, .dbf, .shx and .prj/,
    ],
    ['GPX', bytes('<?xml version="1.0"?><gpx version="1.1"></gpx>'), /GPX/],
    [
      'an XML spreadsheet of 2003',
      bytes('<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
      /XML Spreadsheet 2003/,
    ],
    ['FlatGeobuf', Buffer.from('fgb\x03fgb\x01', 'latin1'), /FlatGeobuf/],
    ['Parquet', bytes('PAR1'), /Parquet/],
    [
      'bytes of no kind',
      Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7) % 32)),
      /no text and of no kind/,
    ],
  ]
  test.each(UNREAD)('%s is named, at every door', async (_, file, words) => {
    const results = async () => {
      for await (const _ of readResults(
        file,
        { format: null, unit: null },
        { format: null, unit: null, notes: [] },
      ));
    }
    for (const open of [readPlan, readSites, readLocalities, readCoverage, readAreas, results]) {
      const error: unknown = await open(file, { name: 'liste' }).catch((e: unknown) => e)
      expect(error).toBeInstanceOf(UnreadableFileError)
      expect((error as Error).message).toMatch(words)
    }
  })
})
