import { describe, expect, it } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { UnreadableFileError } from '#formats/file'
import { readSites } from '#formats/lists'
import { bytes } from './files.js'

const HEADER =
  'code;nom;type;code_commune;lat;lng;opérateur;technologie;débit descendant (Mbit/s);débit montant (Mbit/s)'
const GOOD = 'S1;École Ibn Sina;école;010510101;35,25;-3,93;Maroc Telecom;Fibre optique;20;2,5'
const read = (...lines: string[]) => readSites(bytes(lines.join('\n')), { name: 'sites.csv' })

/** The good line with some cells changed, by the position of their column. */
const changed = (changes: Record<number, string>) =>
  GOOD.split(';')
    .map((cell, i) => changes[i] ?? cell)
    .join(';')

const SITE = {
  code: 'S1',
  name: 'École Ibn Sina',
  nameAr: null,
  type: 'school',
  communeCode: '01.051.01.01',
  lat: 35.25,
  lng: -3.93,
  operator: 'iam',
  technology: 'fibre',
  contractedDownBps: 20e6,
  contractedUpBps: 2.5e6,
}

describe('readSites', () => {
  it('reads a French list', async () =>
    expect(await read(HEADER, GOOD)).toEqual({
      sites: [SITE],
      rowCount: 1,
      rejections: [],
      notes: [],
      absent: ['nameAr'],
    }))

  it('reads an Arabic list', async () => {
    const header =
      'رمز الموقع;الاسم;نوع الموقع;رمز الجماعة;خط العرض;خط الطول;المتعهد;التكنولوجيا;صبيب التنزيل (ميغابت/ث)'
    const line = 'S2;مدرسة ابن سينا;مدرسة;10510101;35.25;-3.93;اتصالات المغرب;الألياف البصرية;20'
    const { sites, rejections: refused } = await read(header, line)
    expect(refused).toEqual([])
    expect(sites).toEqual([
      {
        ...SITE,
        code: 'S2',
        name: 'مدرسة ابن سينا',
        nameAr: 'مدرسة ابن سينا',
        contractedUpBps: null,
      },
    ])
  })

  it('reads our own names, with a title above them', async () => {
    const header =
      'code,name,nameAr,type,communeCode,lat,lng,operator,technology,contractedDownBps,contractedUpBps'
    const { sites } = await read(
      'Sites 2026',
      '',
      header,
      'S1,A,ا,health_centre,01.051.01.01,35,-4,60401,4g,20000000,',
    )
    expect(sites[0]).toMatchObject({
      type: 'health_centre',
      operator: 'iam',
      contractedDownBps: 20e6,
      nameAr: 'ا',
    })
  })

  it('reads XLSX, with numbers as numbers', async () => {
    const rows = [
      ['Code', 'Nom', 'Type', 'Code commune', 'Latitude', 'Longitude', 'Débit (Mbps)'],
      ['S1', 'École Ibn Sina', 'Ecole', 10510101, 35.25, -3.93, 20],
      ['S2', 'Poste', 'Bureau de poste', 10510101, -3.93, 35.25, 20],
    ]
    const file = await writeXlsxFile(rows.map((row) => row.map((value) => ({ value })))).toBuffer()
    const { sites, rejections: refused } = await readSites(file, { name: 'sites.xlsx' })
    expect(sites).toEqual([{ ...SITE, operator: null, technology: null, contractedUpBps: null }])
    expect(refused).toEqual([
      {
        line: 3,
        code: 'S2',
        field: 'lat',
        value: '-3.93, 35.25',
        reason: 'latitude and longitude are swapped',
      },
    ])
  })

  it.each([
    ['council', 'Commune'],
    ['caidat', 'Caïdat'],
    ['caidat', 'القيادة'],
    ['school', 'LYCÉE'],
    ['health_centre', 'centre de santé'],
    ['health_centre', 'مستوصف'],
    ['post_office', 'Bureau de poste'],
    ['administration', 'إدارة عمومية'],
    ['other', 'Autre'],
    ['other', ''],
  ])('%s is written %s', async (type, text) => {
    const { sites, notes } = await read(HEADER, changed({ 2: text }))
    expect(sites[0]?.type).toBe(type)
    expect(notes).toEqual([])
  })

  it('takes a type that it does not know as other, with a note', async () => {
    const { sites, notes } = await read(HEADER, changed({ 2: 'Maison de jeunes' }))
    expect(sites[0]?.type).toBe('other')
    expect(notes).toEqual(['types read as “other”: Maison de jeunes'])
  })

  it.each([
    [{ 0: '' }, 'code', '', /missing/],
    [{ 1: '' }, 'name', '', /missing/],
    [{ 3: '01.051' }, 'communeCode', '01.051', /commune code/],
    [{ 3: '' }, 'communeCode', '', /missing/],
    [{ 4: 'nord' }, 'lat', 'nord', /degrees/],
    [{ 4: '489000' }, 'lat', '489000', /projected/],
    [{ 4: '-3,93', 5: '35,25' }, 'lat', '-3.93, 35.25', /swapped/],
    [{ 4: '48,85', 5: '2,35' }, 'lat', '48.85, 2.35', /outside Morocco/],
    [{ 4: '0', 5: '0' }, 'lat', '0, 0', /outside Morocco/],
    [{ 5: '' }, 'lng', '', /missing/],
    [{ 7: 'pigeon' }, 'technology', 'pigeon', /technology/],
    [{ 8: 'vite' }, 'contractedDownBps', 'vite', /not a speed/],
    [{ 9: '2 Mo/s' }, 'contractedUpBps', '2 Mo/s', /octets/],
    [{ 1: 'A\u0000B' }, 'name', 'A\u0000B', /control/],
    [{ 9: '2;5' }, 'row', '5', /decimal comma/],
  ])('refuses %j, naming line, field and value', async (changes, field, value, reason) => {
    const { sites, rejections: refused } = await read(
      HEADER,
      changed({ 0: 'S0' }),
      changed(changes as Record<number, string>),
    )
    expect(sites.map(({ code }) => code)).toEqual(['S0'])
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ line: 3, field, value })
    expect(refused[0]?.reason).toMatch(reason)
  })

  it('names every fault of a line', async () => {
    const { rejections: refused } = await read(HEADER, changed({ 3: 'x', 4: 'y', 7: 'z' }))
    expect(refused.map(({ field }) => field)).toEqual(['communeCode', 'lat', 'technology'])
  })

  it('asks for the unit when there is none', async () => {
    const { rejections: refused } = await read(HEADER.replaceAll(' (Mbit/s)', ''), GOOD)
    expect(
      refused.map(({ field, value, reason }) => [field, value, reason.includes('Mbit/s, kbit/s or bit/s?')]),
    ).toEqual([
      ['contractedDownBps', '20', true],
      ['contractedUpBps', '2,5', true],
    ])
  })

  it('refuses a code the second time', async () => {
    const { sites, rejections: refused } = await read(HEADER, GOOD, GOOD)
    expect(sites).toHaveLength(1)
    expect(refused).toEqual([
      { line: 3, code: 'S1', field: 'code', value: 'S1', reason: 'duplicates line 2' },
    ])
  })

  it('says which column it missed and what there was', async () => {
    await expect(read('code;nom;lat;lng', 'S1;A;35;-4')).rejects.toThrow(UnreadableFileError)
    await expect(read('code;nom;lat;lng')).rejects.toThrow(
      /sites\.csv: no column “commune_code”.*line 1 has: code, nom, lat, lng/,
    )
    await expect(read('')).rejects.toThrow(/empty/)
    const feature = { type: 'Feature', properties: { code: 'S1', nom: 'A' }, geometry: null }
    await expect(readSites(bytes(JSON.stringify(feature)))).rejects.toThrow(
      /the features of .* have: code, nom/,
    )
  })

  it.each(['.', '..', '__proto__'])(
    'rejects %s as a code, which stands for something else in addresses',
    async (code) => {
      const { sites, rejections } = await read(HEADER, changed({ 0: code }), GOOD)
      expect(sites).toEqual([SITE])
      expect(rejections).toMatchObject([{ line: 2, field: 'code', value: code }])
    },
  )
})
