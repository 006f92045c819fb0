/** A cell of a table is a value, an emptiness, or a fault, never two of them: in every reader of cells. */
import { readAreas, readCoverage, readLocalities, readPlan, readSites } from '#formats/lists'
import { readResults } from '#formats/tools'
import { describe, expect, test } from 'vitest'
import { bytes } from './files.js'
import { odsOf, odsRow, odsText, rowXml, xlsxOf } from './workbooks.js'

const PLAN = ['code', 'name_fr', 'lat', 'lng', 'operator', 'technology', 'promised_by', 'comment']
const planWorkbook = (
  cells: readonly (string | number | { raw?: string; value?: number; style?: number })[],
  more = {},
) => xlsxOf({ sheets: [{ name: 'Plan', rows: rowXml(1, PLAN) + rowXml(2, cells) }], ...more })
const GOOD = ['V-1', 'Douar', 34.02, -6.84, 'inwi', '4G', '2028-01-31', 'x'] as const
/** The good row with one cell replaced. */
const withCell = <T>(column: number, cell: T) => GOOD.map((value, i) => (i === column ? cell : value))

describe('a workbook: the row is refused with the cell, its value and why', () => {
  test.each<[string, number, { raw?: string; value?: number; style?: number }, string, RegExp]>([
    ['an error value', 4, { raw: 't="e"><v>#N/A</v>' }, '#N/A', /error value/],
    ['an error value that is a text', 6, { raw: 't="str"><v>#REF!</v>' }, '#REF!', /error value/],
    ['a formula without a stored value', 4, { raw: '><f>A1</f>' }, '(formula)', /without a stored value/],
    ['one whose value is empty', 6, { raw: '><f>TODAY()</f><v></v>' }, '(formula)', /without a stored value/],
    ['a day that is none', 6, { value: -3, style: 1 }, '-3', /no date/],
    ['29 February 1900', 6, { value: 60, style: 1 }, '60', /no date/],
    ['a shared text that is not there', 4, { raw: 't="s"><v>99</v>' }, '99', /does not have/],
    [
      'a code of more digits than a spreadsheet keeps',
      0,
      { value: Number('12345678901234567') },
      '12345678901234568',
      /15 digits/,
    ],
  ])('%s', async (_, column, cell, value, reason) => {
    const book = planWorkbook(withCell(column, cell), { formats: ['dd/mm/yyyy'] })
    const { rows, rejections, rowCount } = await readPlan(book)
    expect([rows, rowCount]).toEqual([[], 1])
    expect(rejections).toHaveLength(1)
    expect(rejections[0]).toMatchObject({ line: 2, value })
    expect(rejections[0]!.reason).toMatch(reason)
  })

  test('a formula that gives an empty text is empty', async () => {
    const { rows } = await readPlan(planWorkbook(withCell(4, { raw: 't="str"><f>A9</f><v></v>' })))
    expect(rows[0]!.fields.operator).toBeNull()
  })

  test('an .ods: an error, and a formula that was never calculated', async () => {
    const cell = (attributes: string, text = '') =>
      `<table:table-cell ${attributes}>${text ? `<text:p>${text}</text:p>` : ''}</table:table-cell>`
    const rows = [
      odsRow(...['code', 'name_fr', 'lat', 'lng', 'operator'].map(odsText)),
      odsRow(
        odsText('A'),
        odsText('A'),
        odsText('34.02'),
        odsText('-6.84'),
        cell('office:value-type="string" table:formula="of:=X"', '#N/A'),
      ),
      odsRow(odsText('B'), odsText('B'), odsText('34.02'), odsText('-6.84'), cell('table:formula="of:=X"')),
      odsRow(odsText('C'), odsText('C'), odsText('34.02'), odsText('-6.84'), odsText('inwi')),
    ]
    const file = await readPlan(
      odsOf({ tables: `<table:table table:name="A">${rows.join('')}</table:table>` }),
    )
    expect(file.rows.map((row) => row.code)).toEqual(['C'])
    expect(file.rejections.map(({ line, reason }) => [line, reason.slice(0, 24)])).toEqual([
      [2, 'is an error value of the'],
      [3, 'is a formula without a s'],
    ])
  })
})

describe('what a workbook shows is what is read', () => {
  const codes = async (value: number, format: string) => {
    const { rows, rejections } = await readPlan(
      planWorkbook(withCell(0, { value, style: 1 }), { formats: [format] }),
    )
    return rows[0]?.code ?? rejections[0]?.reason
  }
  test.each([
    [123, '00000', '00123'],
    [10510101, '00"."000"."00"."00', '01.051.01.01'],
    [510101, '00\\-000\\-000', '00-510-101'],
    [123456, '0000', '123456'],
    [12.5, '0', '12.5'],
    [7, '#', '7'],
  ] as const)('%s with the format %s', async (value, format, code) =>
    expect(await codes(value, format)).toEqual(code),
  )

  test('a number of fifteen digits in a column that is too narrow is whole', async () =>
    expect(await codes(123456789012345, 'General')).toBe('123456789012345'))

  test.each([
    ['false', 46_477, '2027-03-31'],
    ['true', 46_477 - 1462, '2027-03-31'],
    ['1', 46_477 - 1462, '2027-03-31'],
  ])('a day, where date1904 is %s', async (date1904, value, day) => {
    const book = planWorkbook(withCell(6, { value, style: 1 }), { formats: ['dd/mm/yyyy'], date1904 })
    expect((await readPlan(book)).rows[0]!.fields.promisedBy).toBe(day)
  })

  test.each(['2027-03-31', '2027-03-31T00:00:00', '2027-03-31T00:00:00.000Z'])(
    'a day in ISO 8601, %s, in whatever time zone',
    async (text) => {
      const book = planWorkbook(withCell(6, { raw: `t="d"><v>${text}</v>` }))
      expect((await readPlan(book)).rows[0]!.fields.promisedBy).toBe('2027-03-31')
    },
  )

  test('a time of day is the one that the cell shows: 08:00 is not 07:59:59.999', async () => {
    const rows =
      rowXml(1, ['date', 'heure', 'download (Mbit/s)', 'perte de paquets']) +
      rowXml(2, [
        { value: 46_082, style: 1 },
        { value: 0.333333333, style: 2 },
        12.5,
        { value: 0.025, style: 3 },
      ])
    const book = xlsxOf({ sheets: [{ name: 'A', rows }], formats: ['dd/mm/yyyy', 'hh:mm', '0.0%'] })
    expect(await probesOf(book)).toMatchObject([{ measuredAt: '2026-03-01T08:00:00.000Z', lossRatio: 0.025 }])
  })
})

async function probesOf(file: Uint8Array, options = {}) {
  const records: unknown[] = []
  for await (const batch of readResults(
    file,
    { format: null, unit: null, ...options },
    { format: null, unit: null, notes: [] },
  ))
    records.push(...batch.map(({ document, rejectionReason }) => rejectionReason ?? document))
  return records
}

describe('codes', () => {
  const sites = (...codes: string[]) =>
    readSites(
      bytes(
        `code;name;commune_code;lat;lng\n${codes.map((code) => `${code};Ecole;01.051.01.01;35,1;-4,1\n`).join('')}`,
      ),
    )

  test.each(['1,23457E+14', '1.23457E+14', '1E+15', '-1,5e+09'])(
    '%s is a number in short form',
    async (code) => {
      const { sites: read, rejections } = await sites(code, 'S-2')
      expect(read.map((site) => site.code)).toEqual(['S-2'])
      expect(rejections).toMatchObject([
        { line: 2, field: 'code', value: code, reason: expect.stringContaining('short form') },
      ])
    },
  )

  test('in the plan, of localities, and as a population, the same', async () => {
    const plan = await readPlan(bytes('code,locality_id\nP-1,2.55360E+06\n1.2E+10,255\n'))
    expect(plan.rejections.map(({ line, field }) => [line, field])).toEqual([
      [2, 'localityId'],
      [3, 'code'],
    ])
    const localities = await readLocalities(
      bytes('id,name,lat,lng,population\n1.2E+10,A,34,-6,1\n2,B,34,-6,1.2E+05\n'),
    )
    expect(localities.rejections.map(({ field }) => field)).toEqual(['id', 'population'])
  })

  test('one whose leading zeros were lost, beside others of the list, is refused; ="00125" keeps its zeros', async () => {
    const { sites: read, rejections } = await sites('00123', '124', '"=""00125"""', '="00126"', 'A-7')
    expect(read.map((site) => site.code)).toEqual(['00123', '00125', '00126', 'A-7'])
    expect(rejections).toMatchObject([
      { line: 3, value: '124', reason: expect.stringContaining('leading zeros') },
    ])
  })
})

describe('a fault in a table of text, in every reader', () => {
  const FAULTS = ['#N/A', '#REF!', '#VALEUR!', '#NOM?', '#DIV/0!', '########', 'Err:502', 'NULL', 'NaN']

  test.each(FAULTS)('%s', async (fault) => {
    const expectRejected = (rejections: { value: string }[]) =>
      expect(rejections).toMatchObject([{ value: fault }])
    const plan = await readPlan(bytes(`code,operator\nP-1,${fault}\n`))
    expectRejected(plan.rejections)
    expect(plan.rows).toEqual([])
    expectRejected(
      (await readSites(bytes(`code,name,commune_code,lat,lng,operator\nS,A,01.051.01.01,35,-4,${fault}\n`)))
        .rejections,
    )
    expectRejected(
      (await readSites(bytes(`code,name,commune_code,lat,lng,type\nS,A,01.051.01.01,35,-4,${fault}\n`)))
        .rejections,
    )
    expectRejected((await readLocalities(bytes(`id,name,lat,lng,kind\n1,A,35,-4,${fault}\n`))).rejections)
    const claim =
      'lat,lng,operator,technology,download (Mbit/s),date,upload (Mbit/s)\n34,-6,inwi,4G,30,2026-04-01'
    expectRejected((await readCoverage(bytes(`${claim},${fault}\n`))).rejections)
    const feature = { type: 'Feature', properties: { code: '01', name: fault }, geometry: null }
    expectRejected((await readAreas(bytes(JSON.stringify(feature)))).rejections)
    const features = {
      type: 'FeatureCollection',
      features: [{ type: 'Feature', properties: { code: 'P-1', operator: fault }, geometry: null }],
    }
    expectRejected((await readPlan(bytes(JSON.stringify(features)))).rejections)
    const probes = await probesOf(bytes(`date,download (Mbit/s),operator\n2026-03-01 10:00,3,${fault}\n`))
    expect(probes).toEqual([expect.stringContaining(fault)])
  })

  test('a column without a fault that nobody reads stops nothing', async () =>
    expect((await readPlan(bytes('code,budget\nP-1,#N/A\n'))).rows).toHaveLength(1))
})
