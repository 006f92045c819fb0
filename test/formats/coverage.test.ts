import { readCoverage } from '#formats/lists'
import { expect, test } from 'vitest'

const H3 = '8839ab8095fffff'
const csv = (...lines: string[]) => Buffer.from(lines.join('\n'))
const square = {
  type: 'Polygon',
  coordinates: [
    [
      [-6.9, 33.9],
      [-6.8, 33.9],
      [-6.8, 34.0],
      [-6.9, 34.0],
      [-6.9, 33.9],
    ],
  ],
}

test('a table of cells and points, in French, with the unit in the header', async () => {
  const file = csv(
    'h3;latitude;longitude;Opérateur;Technologie;Débit descendant (Mbit/s);Débit montant (Mbit/s);Date',
    `${H3};;;Maroc Telecom;FTTH;100;20;2026-03-01`,
    ';33,95;-6,85;IAM;4G;30;;2026-03-01',
  )
  const { claims, rejections: refused } = await readCoverage(file, { name: 'f.csv' })
  expect(refused).toEqual([])
  expect(claims).toEqual([
    {
      place: { h3: H3 },
      operator: 'iam',
      technology: 'fibre',
      downloadBps: 100e6,
      uploadBps: 20e6,
      onDate: '2026-03-01',
      line: 2,
    },
    {
      place: { lat: 33.95, lng: -6.85 },
      operator: 'iam',
      technology: '4g',
      downloadBps: 30e6,
      uploadBps: null,
      onDate: '2026-03-01',
      line: 3,
    },
  ])
})

test('the columns and codes of the FCC’s availability files', async () => {
  const file = csv(
    'frn,brand_name,technology,max_advertised_download_speed,max_advertised_upload_speed,h3_res8_id',
    `1,Orange,50,940,880,${H3}`,
    `1,Orange,71,25,3,${H3}`,
  )
  const { claims, rejections: refused } = await readCoverage(file, { name: 'bdc.csv', date: '2026-06-30' })
  expect(refused).toEqual([])
  expect(claims.map((c) => [c.operator, c.technology, c.downloadBps, c.uploadBps, c.onDate])).toEqual([
    ['orange', 'fibre', 940e6, 880e6, '2026-06-30'],
    ['orange', 'fwa', 25e6, 3e6, '2026-06-30'],
  ])
})

test('GeoJSON: polygons, or cells named by a property; a wrong feature is refused by its number', async () => {
  const feature = (properties: object, geometry: unknown) => ({ type: 'Feature', properties, geometry })
  const speed = { operator: 'inwi', technology: '5g', download: '50 Mbit/s', date: '2026-01-01' }
  const file = Buffer.from(
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        feature(speed, square),
        feature({ ...speed, h3: H3 }, null),
        feature(speed, { type: 'Point', coordinates: [-6, 33] }),
        feature({ ...speed, technology: 'pigeon' }, square),
      ],
    }),
  )
  const { claims, rejections: refused } = await readCoverage(file, { name: 'f.geojson' })
  expect(claims.map((c) => [Object.keys(c.place)[0], c.operator, c.downloadBps, c.line])).toEqual([
    ['geometry', 'inwi', 50e6, 1],
    ['h3', 'inwi', 50e6, 2],
  ])
  expect(refused.map((r) => [r.line, r.field])).toEqual([
    [3, 'h3'],
    [4, 'technology'],
  ])
})

test.each([
  ['no unit', 'h3,operator,technology,download,date', `${H3},iam,4g,30,2026-01-01`, 'download'],
  ['no speed', 'h3,operator,technology,download (Mbit/s),date', `${H3},iam,4g,,2026-01-01`, 'download'],
  ['no operator', 'h3,operator,technology,download (Mbit/s),date', `${H3},,4g,30,2026-01-01`, 'operator'],
  ['no date', 'h3,operator,technology,download (Mbit/s)', `${H3},iam,4g,30`, 'date'],
  ['a date that is none', 'h3,operator,technology,download (Mbit/s),date', `${H3},iam,4g,30,soon`, 'date'],
  ['no cell', 'h3,operator,technology,download (Mbit/s),date', `xyz,iam,4g,30,2026-01-01`, 'h3'],
  [
    'a place abroad',
    'lat,lng,operator,technology,download (Mbit/s),date',
    `48.8,2.3,iam,4g,30,2026-01-01`,
    'lat',
  ],
])('a row with %s is refused, the next one lands', async (_, header, row, field) => {
  const good = row.startsWith('48') ? '33.9,-6.8,iam,4g,30,2026-01-01' : `${H3},iam,4g,30,2026-01-01`
  const isGood = header.includes('Mbit/s') && header.includes('date')
  const { claims, rejections: refused } = await readCoverage(csv(header, row, good), { name: 'f.csv' })
  expect(refused[0]).toMatchObject({ line: 2, field })
  expect(claims).toHaveLength(isGood ? 1 : 0)
})

test.each([
  ['a file without the needed columns', csv('a,b', '1,2')],
  ['broken JSON', Buffer.from('{"type":')],
  ['JSON without features', Buffer.from('{"type":"Feature"}')],
])('%s is told as a whole', async (_, file) => {
  await expect(readCoverage(file, { name: 'f' })).rejects.toThrow(/column|JSON|FeatureCollection/)
})
