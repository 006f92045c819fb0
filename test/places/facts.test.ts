import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { levelOfCode, parentCodeOf } from '#domain/place'
import { PROVINCES, type RegionFact, REGIONS } from '#places'

const DATA = new URL('../../../shared/data/', import.meta.url)
const there = existsSync(new URL('regions.csv', DATA))
if (!there) console.log('skipped: ../shared/data/regions.csv and provinces.csv are not here')

const sum = (facts: readonly RegionFact[], field: 'population' | 'households') =>
  facts.reduce((total, fact) => total + fact[field], 0)

/** These two files have no quotation marks. */
function csvRows(name: string): Record<string, string>[] {
  const [header = '', ...lines] = readFileSync(new URL(name, DATA), 'utf8').trim().split(/\r?\n/)
  const names = header.split(',')
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])))
}

const factOfRow = (row: Record<string, string>, code: string) => ({
  code,
  iso: row.iso_3166_2,
  nameFr: row.name_fr,
  nameAr: row.name_ar,
  population: Number(row.population_2024),
  households: Number(row.households_2024),
  seatFr: row.seat_fr,
  seatLat: Number(row.seat_lat),
  seatLng: Number(row.seat_lon),
})

const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1)

describe('facts', () => {
  it.each([
    ['regions', REGIONS],
    ['provinces', PROVINCES],
  ])('%s hold the 36,828,330 people and 9,275,038 households of the census', (_, facts) => {
    expect(sum(facts, 'population')).toBe(36_828_330)
    expect(sum(facts, 'households')).toBe(9_275_038)
  })

  it('are 12 regions, 62 provinces and 13 prefectures, no code or ISO code twice', () => {
    expect(REGIONS).toHaveLength(12)
    expect(PROVINCES.filter(({ type }) => type === 'province')).toHaveLength(62)
    expect(PROVINCES.filter(({ type }) => type === 'prefecture')).toHaveLength(13)
    const all = [...REGIONS, ...PROVINCES]
    expect(new Set(all.map(({ code }) => code)).size).toBe(87)
    expect(new Set(all.map(({ iso }) => iso)).size).toBe(87)
  })

  it('have the population of each region in its provinces', () => {
    for (const region of REGIONS) {
      const inside = PROVINCES.filter(({ code }) => parentCodeOf(code) === region.code)
      expect(sum(inside, 'population'), region.nameFr).toBe(region.population)
      expect(sum(inside, 'households'), region.nameFr).toBe(region.households)
    }
  })

  it('have codes of their level, both names, and seats in the country', () => {
    for (const fact of [...REGIONS, ...PROVINCES]) {
      expect(levelOfCode(fact.code)).toBe('type' in fact ? 'province' : 'region')
      expect(fact.nameFr).toMatch(/^[\p{Script=Latin}' -]+$/u)
      expect(fact.nameAr).toMatch(/^[\p{Script=Arabic} -]+$/u)
      expect(fact.seatLat, fact.code).toBeGreaterThan(20.7)
      expect(fact.seatLat, fact.code).toBeLessThan(36)
      expect(fact.seatLng, fact.code).toBeGreaterThan(-17.2)
      expect(fact.seatLng, fact.code).toBeLessThan(-0.9)
    }
  })

  it.skipIf(!there)('equal the published tables', () => {
    const regions = csvRows('regions.csv').map((row) => factOfRow(row, row.region_code!))
    const provinces = csvRows('provinces.csv').map((row) => ({
      ...factOfRow(row, row.province_code!),
      type: row.type,
    }))
    expect([...REGIONS].sort(byCode)).toEqual(regions.sort(byCode))
    expect([...PROVINCES].sort(byCode)).toEqual(provinces.sort(byCode))
  })
})
