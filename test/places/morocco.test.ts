import { describe, expect, it } from 'vitest'
import type { AreaRecord, Position } from '#domain/place'
import { MOROCCO_ATTRIBUTION, moroccoAreas, PROVINCES, REGIONS } from '#places'

const areas = moroccoAreas()

const ringsOf = ({ geometry }: AreaRecord): Position[][] =>
  geometry.type === 'Polygon' ? geometry.coordinates : geometry.coordinates.flat()

/** The even-odd rule over all rings: correct for holes, and close enough where a ring intersects itself. */
function holds(area: AreaRecord, lat: number, lng: number): boolean {
  let inside = false
  for (const ring of ringsOf(area))
    for (let i = 1; i < ring.length; i++) {
      const [[x1, y1], [x2, y2]] = [ring[i - 1]!, ring[i]!]
      if (y1 > lat !== y2 > lat && lng < x1 + ((lat - y1) / (y2 - y1)) * (x2 - x1)) inside = !inside
    }
  return inside
}

function extentOf(area: AreaRecord) {
  const positions = ringsOf(area).flat()
  const [lngs, lats] = [positions.map(([lng]) => lng), positions.map(([, lat]) => lat)]
  return {
    west: Math.min(...lngs),
    east: Math.max(...lngs),
    south: Math.min(...lats),
    north: Math.max(...lats),
  }
}

describe('moroccoAreas', () => {
  it('gives every region and province once, each with its shape and the names of the facts', () => {
    expect(areas.map(({ code }) => code)).toEqual([...REGIONS, ...PROVINCES].map(({ code }) => code))
    expect(areas.filter(({ level }) => level === 'region')).toHaveLength(12)
    expect(areas.filter(({ level }) => level === 'province')).toHaveLength(75)
    const figuig = areas.find(({ code }) => code === '02.251')
    expect(figuig).toMatchObject({
      nameFr: 'Figuig',
      nameAr: 'فجيج',
      parentCode: '02',
      type: 'province',
      vintage: 2024,
      population: 144_451,
    })
    expect(new Set(areas.map((area) => JSON.stringify(area.geometry))).size).toBe(87)
  })

  it('reaches from 20.7 to 36 degrees north, all twelve regions included', () => {
    for (const level of ['region', 'province']) {
      const extents = areas.filter((area) => area.level === level).map(extentOf)
      expect(Math.min(...extents.map(({ south }) => south))).toBeCloseTo(20.77, 1)
      expect(Math.max(...extents.map(({ north }) => north))).toBeCloseTo(35.92, 1)
      expect(Math.min(...extents.map(({ west }) => west))).toBeCloseTo(-17.1, 1)
      expect(Math.max(...extents.map(({ east }) => east))).toBeCloseTo(-1, 1)
    }
    expect(extentOf(areas.find(({ code }) => code === '12')!).south).toBeLessThan(21)
    expect(extentOf(areas.find(({ code }) => code === '11')!).south).toBeLessThan(25)
  })

  it('has each seat in its own shape, or within 3 km of it on the coast', () => {
    const away = 0.03
    const far = [...REGIONS, ...PROVINCES].filter((fact) => {
      const area = areas.find(({ code }) => code === fact.code)!
      const near = [0, away, -away].flatMap((dy) => [0, away, -away].map((dx) => [dy, dx] as const))
      return !near.some(([dy, dx]) => holds(area, fact.seatLat + dy, fact.seatLng + dx))
    })
    expect(far.map(({ nameFr }) => nameFr)).toEqual([])
  })

  it('has each province in its region', () => {
    for (const province of areas.filter(({ level }) => level === 'province')) {
      const [inner, outer] = [province, areas.find(({ code }) => code === province.parentCode)!].map(extentOf)
      const spare = 0.02
      expect(inner!.west, province.nameFr).toBeGreaterThan(outer!.west - spare)
      expect(inner!.east, province.nameFr).toBeLessThan(outer!.east + spare)
      expect(inner!.south, province.nameFr).toBeGreaterThan(outer!.south - spare)
      expect(inner!.north, province.nameFr).toBeLessThan(outer!.north + spare)
    }
  })

  it('credits OpenStreetMap', () => expect(MOROCCO_ATTRIBUTION).toContain('© OpenStreetMap contributors'))
})
