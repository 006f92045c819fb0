import { xlsxTable } from '#formats/export'
import { readPlan } from '#formats/lists'
import { expect, test } from 'vitest'

const read = (text: string, name = 'plan.csv') => readPlan(Buffer.from(text), { name })

const FIELDS = {
  nameFr: 'Aït Ali',
  nameAr: 'آيت علي',
  areaCode: '01.051.01.01',
  operator: 'iam',
  technology: '4g',
  targetBps: 4e6,
  awardedOn: '2025-03-31',
  startedOn: null,
  promisedBy: '2027-06-30',
  inServiceOn: null,
}

test('a French, an Arabic and an English list say the same', async () => {
  const french = await read(
    `Plan national\n\nCode;Nom de la localité;Nom en arabe;Code commune;Latitude;Longitude;Opérateur;Technologie;Débit cible (Mbit/s);Date d’attribution;Début des travaux;Échéance;Mise en service;Observations
P-1;Aït Ali;آيت علي;01.051.01.01;35,2447;-3,9317;Maroc Telecom;4G;4;31/03/2025;;30/06/2027;;piste difficile
`,
  )
  const arabic = await read(
    `الرمز,الاسم بالفرنسية,الاسم بالعربية,رمز الجماعة,خط العرض,خط الطول,المتعهد,التكنولوجيا,الصبيب المستهدف (ميغابت/ث),تاريخ الإسناد,بداية الأشغال,الأجل,بداية الخدمة,ملاحظات
P-1,Aït Ali,آيت علي,01.051.01.01,35.2447,-3.9317,اتصالات المغرب,الجيل الرابع,4,2025-03-31,,2027-06-30,,piste difficile
`,
  )
  const english = await read(
    `code,name_fr,name_ar,commune_code,lat,lng,operator,technology,target_bps,awarded_on,started_on,promised_by,in_service_on,comment
P-1,Aït Ali,آيت علي,01.051.01.01,35.2447,-3.9317,IAM,LTE,4000000,2025-03-31,,2027-06-30,,piste difficile
`,
  )
  for (const file of [french, arabic, english]) {
    expect(file.rejections).toEqual([])
    expect(file.rows[0]).toMatchObject({
      code: 'P-1',
      fields: FIELDS,
      place: { lat: 35.2447, lng: -3.9317 },
      comment: 'piste difficile',
    })
  }
  expect(french.rows[0]!.line).toBe(4)
})

test('each fault is named by line, field and value; the other lines stand', async () => {
  const {
    rows,
    rejections: refused,
    rowCount,
  } = await read(
    `code,name,lat,lng,technology,promised_by,target (Mbit/s)
P-1,A,35.2,-3.9,4G,2027-01-01,2
P-2,B,35.2,-3.9,6G,2027-01-01,2
P-3,C,35.2,-3.9,4G,31/02/2027,2
P-4,D,-3.9,35.2,4G,2027-01-01,2
,E,35.2,-3.9,4G,2027-01-01,2
P-1,F,35.2,-3.9,4G,2027-01-01,2
P-6,G,35.2,-3.9,4G,1927-01-01,-2
`,
  )
  expect(rowCount).toBe(7)
  expect(rows.map((row) => row.code)).toEqual(['P-1'])
  expect(refused.map(({ line, field, value }) => [line, field, value])).toEqual([
    [3, 'technology', '6G'],
    [4, 'promisedBy', '31/02/2027'],
    [5, 'lat', '-3.9, 35.2'],
    [6, 'code', ''],
    [7, 'code', 'P-1'],
    [8, 'targetBps', '-2'],
    [8, 'promisedBy', '1927-01-01'],
  ])
})

test('a column that the list lacks is not said; an empty cell takes the value away', async () => {
  const { rows } = await read('code,in_service_on,operator\nP-1,2026-01-31,\n')
  expect(rows[0]).toEqual({
    line: 2,
    code: 'P-1',
    fields: { inServiceOn: '2026-01-31', operator: null },
    place: null,
    comment: null,
  })
  await expect(read('nom,lat\nA,3\n')).rejects.toThrow('no column “code”')
})

test('places: a locality, a zone, a name with its commune, a point and a polygon of GeoJSON', async () => {
  const table = await read(
    'code,locality_id,zone_id,nom,commune_code\nA,2553604,,,\nB,,12-8839,,\nC,,,Douar X,01.051.01.01\nD,,,,\n',
  )
  expect(table.rows.map((row) => row.place)).toEqual([
    { localityId: '2553604' },
    { zoneId: '12-8839' },
    { name: 'Douar X', communeCode: '01.051.01.01' },
    null,
  ])
  const ring = [
    [-5, 33],
    [-4.9, 33],
    [-4.9, 33.1],
    [-5, 33],
  ]
  const shape = (code: string, geometry: object | null) => ({
    type: 'Feature',
    properties: { code, nom: code },
    geometry,
  })
  const json = await read(
    JSON.stringify({
      type: 'FeatureCollection',
      features: [
        shape('A', { type: 'Point', coordinates: [-5, 33] }),
        shape('B', { type: 'Polygon', coordinates: [ring] }),
        shape('C', { type: 'LineString', coordinates: ring }),
      ],
    }),
    'plan.geojson',
  )
  expect(json.rows.map((row) => row.place)).toEqual([
    { lat: 33, lng: -5 },
    { geometry: { type: 'Polygon', coordinates: [ring] } },
  ])
  expect(json.rejections).toMatchObject([{ line: 3, code: 'C', reason: expect.stringContaining('Polygon') }])
})

test('a workbook is read as a table', async () => {
  const columns = ['code', 'nom', 'lat', 'lng', 'échéance']
  const book = await xlsxTable({ columns, rows: [['P-1', 'A', 35.2, -3.9, '2027-01-01']] })
  const { rows, rejections: refused } = await readPlan(book, { name: 'plan.xlsx' })
  expect(refused).toEqual([])
  expect(rows[0]).toMatchObject({
    code: 'P-1',
    place: { lat: 35.2, lng: -3.9 },
    fields: { promisedBy: '2027-01-01' },
  })
})
