/** Lists of lines, as administrations keep them. */
import { readLines } from '#formats/lists'
import { expect, test } from 'vitest'

const read = (text: string) => readLines([Buffer.from(text)])

test('columns in French; an empty role is the main line; what has no column is left out', async () => {
  const file = await read(
    'Code site;Ligne;Opérateur;Technologie;Date du contrat;Mise en service\nS-1;;Maroc Telecom;FTTH;10/01/2026;\nS-1;secours;inwi;4G;;2026-02-03\n',
  )
  expect(file).toMatchObject({ rowCount: 2, rejections: [] })
  expect(file.rows.map(({ record }) => record)).toEqual([
    {
      siteCode: 'S-1',
      role: 'main',
      operator: 'iam',
      technology: 'fibre',
      contractedOn: '2026-01-10',
      installedOn: null,
    },
    {
      siteCode: 'S-1',
      role: 'spare',
      operator: 'inwi',
      technology: '4g',
      contractedOn: null,
      installedOn: '2026-02-03',
    },
  ])
})

test('columns in Arabic', async () => {
  const { rows } = await read('رمز الموقع,الخط,المتعهد,تاريخ التركيب\nS-1,احتياطي,inwi,2026-02-03\n')
  expect(rows[0]).toMatchObject({
    line: 2,
    record: { siteCode: 'S-1', role: 'spare', operator: 'inwi', installedOn: '2026-02-03' },
  })
})

test('what is refused is named by line, field and value', async () => {
  const { rows, rejections } = await read(
    'site_code,role,technology,installed_on\n,main,fibre,\nS-1,third,fibre,\nS-2,main,pigeon,\nS-3,main,fibre,soon\n',
  )
  expect(rows).toEqual([])
  expect(rejections.map(({ line, field, value }) => [line, field, value])).toEqual([
    [2, 'siteCode', ''],
    [3, 'role', 'third'],
    [4, 'technology', 'pigeon'],
    [5, 'installedOn', 'soon'],
  ])
})

test('a file without codes of sites is not read', async () => {
  await expect(read('operator,technology\niam,fibre\n')).rejects.toThrow(/site/)
})
