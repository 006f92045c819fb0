/** Each kind of fault in each kind of file: what is right does not depend on the file. */
import { assertBalanced, readCoverage, readPlan, rejectedRowCount } from '#formats/lists'
import { ImportQuestion, readResults } from '#formats/tools'
import { describe, expect, test } from 'vitest'
import { FEATURE_WRITERS, type List, PLACE, TABLE_WRITERS } from './containers-by-kind.js'

const WRITERS = { ...TABLE_WRITERS, ...FEATURE_WRITERS }
const RIGHT = {
  code: 'A',
  name_fr: 'Aït Ali',
  operator: 'inwi',
  technology: '4G',
  target: '20 Mbit/s',
  promised: '2027-03-31',
}

interface Fault {
  row: Partial<typeof RIGHT>
  field: string
  reason: RegExp
}

/** What one wrong cell of a list does. */
const FAULTS: Record<string, Fault> = {
  'an error value': { row: { operator: '#N/A' }, field: 'operator', reason: /error value/ },
  'a reference that is gone': { row: { promised: '#REF!' }, field: 'promisedBy', reason: /error value/ },
  'a word for nothing': { row: { operator: 'NULL' }, field: 'operator', reason: /missing value/ },
  'a day that does not exist': { row: { promised: '30/02/2027' }, field: 'promisedBy', reason: /not a day/ },
  'an instant between two days': {
    row: { promised: '2027-03-30T23:30:00Z' },
    field: 'promisedBy',
    reason: /between two days/,
  },
  'a comma before three digits': {
    row: { target: '10,240 kbit/s' },
    field: 'targetBps',
    reason: /10\.24 or 10240/,
  },
  'a speed in bytes': { row: { target: '2.5 MBps' }, field: 'targetBps', reason: /bits or octets/ },
  'a speed without a unit': { row: { target: '20' }, field: 'targetBps', reason: /has no unit/ },
  'a code in short form': { row: { code: '1,23457E+14' }, field: 'code', reason: /short form/ },
  'a code that became a date': { row: { code: '01-mars' }, field: 'code', reason: /is a date/ },
}

describe.each(Object.entries(WRITERS))('the plan as %s', (_, write) => {
  const read = async (list: List) => {
    // Features have their place in their shapes.
    const isTable = Object.values(TABLE_WRITERS).includes(write as (list: List) => Buffer)
    const place: Record<string, string> = isTable ? { lat: String(PLACE[1]), lng: String(PLACE[0]) } : {}
    const file = await readPlan(await write(list.map((row) => ({ ...row, ...place }))), { name: 'liste' })
    assertBalanced({
      rows: file.rowCount,
      written: file.rows.length,
      unchanged: 0,
      rejected: rejectedRowCount(file.rejections),
    })
    return file
  }

  test('is read: a place, and the day of a midnight in Morocco', async () => {
    const { rows, rejections } = await read([
      RIGHT,
      { ...RIGHT, code: 'B', promised: '2027-03-30T23:00:00Z' },
    ])
    expect(rejections).toEqual([])
    expect(rows).toMatchObject(
      ['A', 'B'].map((code) => ({
        code,
        place: { lat: PLACE[1], lng: PLACE[0] },
        fields: { nameFr: 'Aït Ali', promisedBy: '2027-03-31', targetBps: 20_000_000 },
      })),
    )
  })

  test.each(Object.entries(FAULTS))('%s refuses its row, and no other', async (_, { row, field, reason }) => {
    const { rows, rejections, rowCount } = await read([
      RIGHT,
      { ...RIGHT, code: 'B', ...row },
      { ...RIGHT, code: 'C' },
    ])
    expect(rowCount).toBe(3)
    expect(rows.map(({ code }) => code)).toEqual(['A', 'C'])
    expect(rejections).toMatchObject([{ field, reason: expect.stringMatching(reason) }])
  })
})

describe.each(Object.entries(TABLE_WRITERS))('results of tests as %s', (_, write) => {
  const TEST = { date: '2026-03-01 10:00', lat: '34.02', lng: '-6.84', operator: 'inwi', technology: '4G' }
  const read = async (list: List) => {
    const records: unknown[] = []
    for await (const batch of readResults(
      write(list),
      { format: null, unit: null },
      { format: null, unit: null, notes: [] },
    ))
      for (const { document, rejectionReason } of batch) records.push(rejectionReason ?? document)
    return records
  }

  test('each row is a probe or refused', async () => {
    const rows = [
      { ...TEST, 'download (Mbit/s)': '12.5' },
      { ...TEST, 'download (Mbit/s)': '#N/A' },
      { ...TEST, 'download (Mbit/s)': '' },
      { ...TEST, date: '03/25/2026 10:00', 'download (Mbit/s)': '1' },
      { ...TEST, date: '2026-03-01 10:00:75', 'download (Mbit/s)': '2' },
      { ...TEST, date: '2026-03-01 10:30+01', 'download (Mbit/s)': '3' },
      { ...TEST, date: '2026-02-30 10:30', 'download (Mbit/s)': '4' },
    ]
    expect(await read(rows)).toEqual([
      expect.objectContaining({ downloadBps: 12_500_000, measuredAt: '2026-03-01T10:00:00.000Z' }),
      expect.stringContaining('error value'),
      expect.stringContaining('shows no result'),
      expect.stringContaining('not a time'),
      expect.stringContaining('not a time'),
      expect.objectContaining({ downloadBps: 3_000_000, measuredAt: '2026-03-01T09:30:00.000Z' }),
      expect.stringContaining('not a time'),
    ])
  })

  test.each([
    ['no unit', { download: '20' }, /unit=Mbit\/s.*unit=B\/s/],
    ['bytes', { 'download (MBps)': '20' }, /unit=Mbit\/s if it is bits, unit=MB\/s/],
    ['kilobytes', { 'download KB/s': '20' }, /unit=kbit\/s if it is bits, unit=kB\/s/],
    ['bytes in words', { 'download (bytes/s)': '20' }, /unit=bit\/s if it is bits, unit=B\/s/],
    ['a comma before three digits', { 'download (kbit/s)': '10,240' }, /decimal=comma.*decimal=point/],
    [
      'a point before three digits among decimal commas',
      { lat: '34,02', 'download (kbit/s)': '10.240' },
      /10240 or 10.24/,
    ],
    [
      'a loss that is percent or a ratio',
      { 'download (Mbit/s)': '20', 'packet loss': '0.5' },
      /lossUnit=percent/,
    ],
    ['metres', { lat: '380000', lng: '525000', 'download (Mbit/s)': '20' }, /crs=EPSG:26191/],
  ])('%s is asked', async (_, cells, question) => {
    const answer = read([{ ...TEST, ...(cells as Partial<typeof TEST>) }])
    await expect(answer).rejects.toThrow(question)
    await expect(answer).rejects.toBeInstanceOf(ImportQuestion)
  })
})

test('of two columns with one name and different values nobody knows which is meant', async () => {
  const list = (second: string) =>
    Buffer.from(
      `lat,lng,operator,technology,download (Mbit/s),Operator,date\n34.02,-6.84,inwi,4G,30,${second},2026-01-01\n`,
    )
  expect((await readCoverage(list('inwi'))).claims).toHaveLength(1)
  expect((await readCoverage(list('Orange'))).rejections).toMatchObject([
    { field: 'operator', value: 'inwi | Orange', reason: expect.stringContaining('two columns') },
  ])
})

test('properties that are missing are named, with the kind of file', async () => {
  const list = [{ operator: 'inwi', technology: '4G' }]
  for (const [kind, what] of [
    ['zipped shapefile', 'the zipped shapefile'],
    ['KMZ', 'the KML'],
    ['GeoPackage', 'the GeoPackage'],
    ['GeoJSON', 'the GeoJSON'],
  ] as const)
    await expect(readCoverage(await WRITERS[kind]!(list), { name: 'zone' })).rejects.toThrow(
      `no column “download” was found; the features of ${what} have: operator, technology`,
    )
})
