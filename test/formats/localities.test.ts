import { describe, expect, it } from 'vitest'
import { readLocalities } from '#formats/lists'
import { bytes, dataFile, haveData } from './files.js'

const read = (...lines: string[]) => readLocalities(bytes(lines.join('\n')), { name: 'places.csv' })
const HEADER = 'id,name,name_ar,kind,lat,lon,population,commune_code'

describe('readLocalities', () => {
  it.skipIf(!haveData('places_geonames.csv.gz'))('reads all 43,593 places of GeoNames', async () => {
    const {
      localities,
      rejections: refused,
      notes,
    } = await readLocalities(dataFile('places_geonames.csv.gz'))
    expect(localities).toHaveLength(43_593)
    expect(refused).toEqual([])
    expect(notes).toEqual(['2 places lie outside Morocco and were taken as they are'])
    expect(localities[0]).toEqual({
      id: '2558545',
      nameFr: 'Al Hoceima',
      nameAr: 'الحسيمة',
      kind: 'PPLA2',
      lat: 35.25165,
      lng: -3.93723,
      population: 395_644,
      communeCode: '01.051.01.01',
    })
    expect(localities.filter(({ communeCode }) => communeCode === null)).toHaveLength(26)
  })

  it('reads a list in French', async () => {
    const { localities } = await read(
      'Code douar;Douar;Latitude;Longitude;Population',
      '7;Aït Ali;31,5;-7,5;1 200',
    )
    expect(localities).toEqual([
      {
        id: '7',
        nameFr: 'Aït Ali',
        nameAr: null,
        kind: 'PPL',
        lat: 31.5,
        lng: -7.5,
        population: 1200,
        communeCode: null,
      },
    ])
  })

  it.each([
    [',A,,PPL,35,-4,,', 'id', '', /missing/],
    ['2,,,PPL,35,-4,,', 'nameFr', '', /missing/],
    ['2,A,,PPL,x,-4,,', 'lat', 'x', /degrees/],
    ['2,A,,PPL,-4,35,,', 'lat', '-4, 35', /swapped/],
    ['2,A,,PPL,35,-400,,', 'lng', '-400', /projected/],
    ['2,A,,PPL,35,-4,1.5,', 'population', '1.5', /whole number/],
    ['2,A,,PPL,35,-4,-1,', 'population', '-1', /whole number/],
    ['2,A,,PPL,35,-4,,01.051', 'communeCode', '01.051', /commune code/],
    ['1,B,,PPL,35,-4,,', 'id', '1', /duplicate/],
  ])('refuses %s', async (line, field, value, reason) => {
    const { localities, rejections: refused } = await read(HEADER, '1,A,,PPL,35,-4,,', line)
    expect(localities).toHaveLength(1)
    expect(refused).toHaveLength(1)
    expect(refused[0]).toMatchObject({ line: 3, field, value })
    expect(refused[0]?.reason).toMatch(reason)
  })
})
