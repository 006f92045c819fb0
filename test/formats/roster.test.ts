import { readRoster } from '#formats/lists'
import { SHIPPED_ROSTER } from '#domain/roster'
import { expect, test } from 'vitest'

const read = (text: string, name = 'roster.csv') => readRoster(Buffer.from(text), { name })

const ENTRY = {
  operator: 'iam',
  technologies: ['4g', 'fibre'],
  regionCodes: ['01', '12'],
  from: '2020-03-01',
  to: '2026-12-31',
  source: 'Décision 12/2020',
  isAssumption: true,
}

test('a French, an Arabic and an English list say the same', async () => {
  const french = await read(
    `Liste des opérateurs\n\nOpérateur;Technologies;Régions;Depuis;Jusqu’au;Source;Hypothèse;Commentaire
Maroc Telecom;4G, fibre optique;1, 12;01/03/2020;31/12/2026;Décision 12/2020;oui;selon l’ANRT\n`,
  )
  const arabic = await read(
    `المتعهد,التكنولوجيات,الجهات,من,إلى,المصدر,فرضية,ملاحظات
اتصالات المغرب,الجيل الرابع؛ الألياف البصرية,01 ، 12,2020-03-01,2026-12-31,Décision 12/2020,نعم,selon l’ANRT\n`,
  )
  const english = await read(
    `operator,technologies,region_codes,from,to,source,is_assumption,comment
IAM,"LTE, fibre","01,12",2020-03-01,2026-12-31,Décision 12/2020,true,selon l’ANRT\n`,
  )
  for (const { rows, rejections } of [french, arabic, english]) {
    expect(rejections).toEqual([])
    expect(rows).toMatchObject([{ entry: ENTRY, comment: 'selon l’ANRT' }])
  }
})

test('what the API gives is read back, without its ids and times', async () => {
  const items = SHIPPED_ROSTER.map((entry, id) => ({ id, ...entry, author: 'x', receivedAt: '2026-01-01' }))
  for (const document of [{ items, next: null }, items])
    expect((await read(JSON.stringify(document), 'roster.json')).rows.map(({ entry }) => entry)).toEqual(
      SHIPPED_ROSTER,
    )
})

test.each([
  ['no operator', { operator: '' }, 'operator', /is missing/],
  ['a word for nothing', { operator: 'NULL' }, 'operator', /missing value/],
  ['an unknown technology', { technologies: '4G, semaphore' }, 'technologies', /“semaphore”/],
  ['a province', { regions: '01.051' }, 'regionCodes', /“01.051”/],
  ['a region that does not exist', { regions: '13' }, 'regionCodes', /“13”/],
  ['a day that does not exist', { from: '30/02/2026' }, 'from', /not a day/],
  ['neither yes nor no', { assumption: 'perhaps' }, 'isAssumption', /neither/],
])('%s refuses its line, and no other', async (_, change, field, reason) => {
  const good = {
    operator: 'inwi',
    technologies: '4G',
    regions: '',
    from: '',
    source: 'a licence',
    assumption: '',
  }
  const header = Object.keys(good).join(';')
  const lines = [good, { ...good, ...change }, good].map((row) => Object.values(row).join(';'))
  const { rows, rejections, rowCount } = await read(`${header}\n${lines.join('\n')}\n`)
  expect(rowCount).toBe(3)
  expect(rows.map(({ line }) => line)).toEqual([2, 4])
  expect(rejections).toMatchObject([{ line: 3, field, reason: expect.stringMatching(reason) }])
})

test('without a region, and by a word for it, an entry is for the whole country', async () => {
  const { rows } = await read('operator;technologies;regions;source\ninwi;4G;;x\ninwi;5G;Maroc;x\n')
  expect(rows.map(({ entry }) => entry.regionCodes)).toEqual([null, null])
})

test.each([
  ['{"items":1}', /no list of entries/],
  ['[]', /no list of entries/],
  ['[1]', /no list of entries/],
  ['[{"operator":', /not JSON/],
  ['operator;source\niam;x\n', /no column “technologies”/],
])('%s is no roster', async (text, message) => {
  await expect(read(text)).rejects.toThrow(message)
})
