/** Rows never vanish: each row of a file is a record, or rejected with its line. */
import {
  assertBalanced,
  readAreas,
  readCoverage,
  readLocalities,
  readPlan,
  readSites,
  rejectedRowCount,
} from '#formats/lists'
import { readResults } from '#formats/tools'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytes } from './files.js'

const HEADER = 'id,name,lat,lng,population'
const row = (id: string, name: string) => `${id},${name},35.1,-4.1,120`
const read = (...lines: string[]) => readLocalities(bytes([HEADER, ...lines].join('\n')))

/** What became of each line: the id of the record, or the reason. */
async function fates(...lines: string[]) {
  const { localities, rejections, rowCount } = await read(...lines)
  assertBalanced({
    rows: rowCount,
    written: localities.length,
    unchanged: 0,
    rejected: rejectedRowCount(rejections),
  })
  return {
    ids: localities.map(({ id }) => id),
    refused: rejections.map(({ line, code }) => [line, code]),
    rowCount,
  }
}

describe('stray quotation marks', () => {
  test('an inch mark, a name of which a part is quoted, and a whole name in quotes are names', async () => {
    const { localities } = await read(
      row('1', 'Poteau 12" nord'),
      row('2', '"Al Amal" annexe'),
      row('3', '"Al ""Wahda"""'),
    )
    expect(localities.map(({ nameFr }) => nameFr)).toEqual([
      'Poteau 12" nord',
      '"Al Amal" annexe',
      'Al "Wahda"',
    ])
  })

  test('two of them some rows apart: the rows between are refused one by one, the others land', async () => {
    const lines = [row('1', 'A'), row('2', '"B'), row('3', 'C'), row('4', 'D"'), row('5', 'E')]
    expect(await fates(...lines)).toEqual({
      ids: ['1', '5'],
      refused: [
        [3, '2'],
        [4, '3'],
        [5, '4'],
      ],
      rowCount: 5,
    })
  })

  test('in the last column, and over a single line end, the same', async () => {
    const last = [`${row('1', 'A')}`, '2,B,35.1,-4.1,"120', '3,C,35.1,-4.1,120"', row('4', 'D')]
    expect(await fates(...last)).toMatchObject({ ids: ['1', '4'], rowCount: 4 })
  })

  test('one that opens before a quoted cell tears no row away', async () => {
    const { ids, refused } = await fates(row('1', '"A'), row('2', '"B, la Neuve"'), row('3', 'C'))
    expect(ids).toEqual(['3'])
    expect(refused.map(([line]) => line)).toEqual([2, 3])
  })

  test('a comment with line ends and commas is a comment', async () => {
    const { rows, rowCount } = await readPlan(
      bytes('code,name_fr,comment\nA,"Douar, le Vieux","route coupée,\n\nvoir, plus tard"\nB,C,\n'),
    )
    expect(rowCount).toBe(2)
    expect(rows[0]).toMatchObject({
      fields: { nameFr: 'Douar, le Vieux' },
      comment: 'route coupée,\n\nvoir, plus tard',
    })
  })

  test('one that is never closed names its line; what was read of a stream before stays, and the rest is told', async () => {
    await expect(read(row('1', 'A'), row('2', '"B'))).rejects.toThrow(
      'line 3: a quotation mark is opened and never closed',
    )
    const rows = Array.from({ length: 600 }, (_, i) => `2026-03-01 10:00,${i + 1},x`)
    const text = [
      'date,download (Mbit/s),comment',
      ...rows,
      '2026-03-01 11:00,3,"y',
      '2026-03-01 12:00,4,z',
    ].join('\n')
    const records = await recordsOf(text)
    expect(records).toHaveLength(601)
    expect(records.at(-1)).toBe(
      'the rest of the file was not read: line 602: a quotation mark is opened and never closed',
    )
  })
})

async function recordsOf(text: string, options = {}) {
  const records: unknown[] = []
  for await (const batch of readResults(
    bytes(text),
    { format: null, unit: null, ...options },
    { format: null, unit: null, notes: [] },
  ))
    for (const { document, rejectionReason } of batch) records.push(rejectionReason ?? document)
  return records
}

describe('every importer balances, whatever its rows', () => {
  const cell = fc.oneof(
    fc.constantFrom(
      'A',
      '35.1',
      '-4.1',
      '01.051.01.01',
      'inwi',
      '4G',
      '30 Mbit/s',
      '2026-01-01',
      '',
      '#N/A',
      '"',
      'x"y',
      '""',
      '1,5',
      '\t',
      '{',
      '€',
    ),
    fc.string({ maxLength: 5 }),
  )
  const table = fc.array(
    fc.array(cell, { minLength: 1, maxLength: 9 }).map((cells) => cells.join(',')),
    { maxLength: 12 },
  )

  test.each([
    ['localities', 'id,name,lat,lng,population', readLocalities, 'localities'],
    ['sites', 'code,name,commune_code,lat,lng,operator,technology', readSites, 'sites'],
    ['plan', 'code,name_fr,lat,lng,operator,technology,promised_by', readPlan, 'rows'],
    ['coverage', 'lat,lng,operator,technology,download,date', readCoverage, 'claims'],
  ] as const)('%s', async (_, header, open, member) => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const text = `${header}\n${rows.join('\n')}`
        const file = await open(bytes(text)).catch((error: Error) => error.message)
        if (typeof file === 'string') {
          expect(file).toMatch(/quotation mark/)
          return
        }
        const written = (file as unknown as Record<string, unknown[]>)[member]!.length
        assertBalanced({
          rows: file.rowCount,
          written,
          unchanged: 0,
          rejected: rejectedRowCount(file.rejections),
        })
        // Without quotation marks each line that is not empty is a row.
        if (text.includes('"') || /[\r;|]/.test(text)) return
        expect(file.rowCount).toBe(rows.filter((line) => line.replaceAll(',', '').trim() !== '').length)
      }),
      { numRuns: 400 },
    )
  })

  test('results of tests', async () => {
    await fc.assert(
      fc.asyncProperty(table, async (rows) => {
        const text = `date,download (Mbit/s),operator,technology,comment\n${rows.join('\n')}`
        const records = await recordsOf(text, { decimal: 'point', measuredAt: '2026-03-01T00:00:00Z' }).catch(
          (error: Error) => error.message,
        )
        if (typeof records === 'string' || text.includes('"') || /[\r;|]/.test(text)) return
        expect(records).toHaveLength(rows.filter((line) => line.replaceAll(',', '').trim() !== '').length)
      }),
      { numRuns: 400 },
    )
  })

  test('areas', async () => {
    const { areas, rejections, rowCount } = await readAreas(
      bytes(
        JSON.stringify({
          type: 'FeatureCollection',
          features: [null, {}, { type: 'Feature', properties: { code: '01', name: '#N/A' } }],
        }),
      ),
    )
    assertBalanced({
      rows: rowCount,
      written: areas.length,
      unchanged: 0,
      rejected: rejectedRowCount(rejections),
    })
  })

  test('a row that is counted twice, or not at all, is a fault of ours', () => {
    expect(() => assertBalanced({ rows: 3, written: 1, unchanged: 0, rejected: 1 })).toThrow(
      'does not balance',
    )
    expect(() => assertBalanced({ rows: 3, written: 2, unchanged: 1, rejected: 1 })).toThrow(
      'does not balance',
    )
  })
})

test('a row with more cells than headers is refused in results, too: an unquoted decimal comma moves all that follows', async () =>
  expect(await recordsOf('date,lat,download (Mbit/s)\n2026-03-01 10:00,34,02,3\n')).toEqual([
    expect.stringContaining('more cells than columns'),
  ]))
