/** What goes out comes back unchanged: texts that spreadsheets would run, in CSV and in workbooks. */
import { csvTable, xlsxTable, EXPORT_FORMATS, type ExportLayer } from '#formats/export'
import { readPlan, readSites } from '#formats/lists'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes } from './files.js'

const STARTS = [
  '+',
  '-',
  '=',
  '@',
  "'",
  "'-",
  "''=",
  '＝',
  '\t',
  ';',
  ';-',
  'x;+',
  '="',
  '="00123"',
  '"',
  ',',
  '\n',
]
const name = fc
  .tuple(
    fc.array(fc.constantFrom(...STARTS, 'a', 'é', 'ن', ' '), { minLength: 1, maxLength: 5 }),
    fc.string({ maxLength: 5 }),
  )
  .map(([parts, end]) => `${parts.join('')}${end}n`)
  // A reader trims cells, keeps one kind of line end, and refuses control characters and what stands for no value.
  .map((text) => text.replace(/[\p{Cc}]/gu, (c) => (c === '\t' || c === '\n' ? c : ' ')).trim())
  .filter((text) => !/^#|^Err:|^(null|none|nan|undefined|n\/a|\\n)$/i.test(text))

describe('names of the plan', () => {
  // As the plan's table has: with few columns a name of several lines with commas looks like whole rows, and is refused.
  const columns = ['code', 'name_fr', 'comment', ...Array.from({ length: 20 }, (_, i) => `autre ${i}`)]
  test.each([
    ['CSV', async (rows: (string | null)[][]) => bytes(csvTable({ columns, rows }))],
    ['XLSX', (rows: (string | null)[][]) => xlsxTable({ columns, rows })],
  ])('in %s', async (format, write) => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, name), { minLength: 1, maxLength: 5 }), async (texts) => {
        const rows = texts.map(([nameFr, comment], i) => [
          `P-${i}`,
          nameFr,
          comment,
          ...Array.from({ length: 20 }, () => null),
        ])
        const { rows: items, rejections } = await readPlan(await write(rows))
        expect(rejections).toEqual([])
        expect(items.map(({ fields, comment }) => [fields.nameFr, comment])).toEqual(texts)
      }),
      { numRuns: format === 'CSV' ? 500 : 30 },
    )
  })
})

test('the CSV of a table begins with the mark that Excel needs, and a spreadsheet runs nothing of it', () => {
  const text = csvTable({ columns: ['a'], rows: [['=1+1'], ["'=1"], ['x;-2'], ['＝1']] })
  expect(Buffer.from(text).subarray(0, 3)).toEqual(Buffer.from([0xef, 0xbb, 0xbf]))
  expect(text.slice(1)).toBe("a\r\n'=1+1\r\n''=1\r\nx;'-2\r\n'＝1\r\n")
})

test('the export of sites is a list of sites', async () => {
  const layer: ExportLayer = {
    id: 'sites',
    geometry: 'Point',
    columns: (['code', 'name', 'commune_code'] as const).map((column) => ({
      name: column,
      type: 'text',
      about: '',
    })),
  }
  async function* batches() {
    const properties = { code: '00123', name: '+212, “Al Amal”', commune_code: '01.051.01.01' }
    yield [
      {
        id: '1',
        properties,
        geometry: { type: 'Point' as const, coordinates: [-4.1, 35.1] as [number, number] },
      },
    ]
  }
  let text = ''
  for await (const piece of EXPORT_FORMATS.csv.write(layer, batches())) text += piece as string
  expect((await readSites(bytes(text))).sites).toMatchObject([
    { code: '00123', name: '+212, “Al Amal”', lat: 35.1 },
  ])
})
