import { DEMO_SEED, demoClaims, demoPlan, demoProbes, demoProvinces, remotenessOf } from '#demo'
import { planRejections, planStateOf } from '#domain/plan'
import { PROVINCES, moroccoAreas } from '#places'
import { expect, test } from 'vitest'

const SEATS = PROVINCES.map((p) => ({ provinceCode: p.code, lat: p.seatLat, lng: p.seatLng }))
const END = new Date('2026-06-01T00:00:00Z')
const country = (seed: number) => demoProvinces(moroccoAreas(), SEATS, seed)

function probesOf(seed: number) {
  return country(seed).flatMap(({ code, sites }) => {
    const seat = SEATS.find((s) => s.provinceCode === code)!
    return sites.flatMap((site) => demoProbes(site, remotenessOf(site, seat), END, seed))
  })
}

test('the same seed gives the same country, another seed another', () => {
  expect(probesOf(DEMO_SEED)).toEqual(probesOf(DEMO_SEED))
  expect(probesOf(DEMO_SEED)[0]).not.toEqual(probesOf(DEMO_SEED + 1)[0])
})

test('every province has sites, and the lines of three operators are measured over the 90 days before the end', () => {
  expect(country(DEMO_SEED).filter((p) => p.sites.length >= 1)).toHaveLength(75)
  const probes = probesOf(DEMO_SEED)
  expect(new Set(probes.map((p) => p.operator))).toEqual(new Set(['iam', 'orange', 'inwi']))
  const days = probes.map((p) => (END.getTime() - Date.parse(p.measuredAt)) / 86_400_000)
  expect(Math.min(...days)).toBeGreaterThan(0)
  expect(Math.max(...days)).toBeLessThan(91)
  expect(new Set(probes.map((p) => p.id)).size).toBe(probes.length)
})

test('most offices have a line of one operator, and agents tried all three at a good third of the sites', () => {
  const tried = country(DEMO_SEED).flatMap(({ code, sites }) => {
    const seat = SEATS.find((s) => s.provinceCode === code)!
    return sites.map(
      (site) =>
        new Set(demoProbes(site, remotenessOf(site, seat), END, DEMO_SEED).map(({ operator }) => operator))
          .size,
    )
  })
  const shareOf = (count: number) => tried.filter((n) => n === count).length / tried.length
  expect(shareOf(1)).toBeCloseTo(0.65 * 0.7, 1)
  expect(shareOf(2)).toBeCloseTo(0.65 * 0.2, 1)
  expect(shareOf(3)).toBeCloseTo(0.35 + 0.65 * 0.1, 1)
})

test('operators declare most of what they serve, and some of what they do not', () => {
  const claims = country(DEMO_SEED).flatMap(({ code, sites }) => {
    const seat = SEATS.find((s) => s.provinceCode === code)!
    return sites.flatMap((site) => demoClaims(site, remotenessOf(site, seat), DEMO_SEED))
  })
  const cells = (operator: string) => claims.filter((claim) => claim.operator === operator).length
  expect(cells('iam')).toBeGreaterThan(cells('orange'))
  expect(cells('orange')).toBeGreaterThan(cells('inwi'))
  expect(claims.every(({ downloadBps }) => downloadBps > 2e6)).toBe(true)
})

test('localities lie at sites, are labelled as simulated, and have fewer people than their province', () => {
  const provinces = moroccoAreas().filter(({ level }) => level === 'province')
  for (const { code, sites, localities } of country(DEMO_SEED)) {
    expect(localities.map(({ lat, lng }) => [lat, lng])).toEqual(sites.map(({ lat, lng }) => [lat, lng]))
    for (const { nameFr, nameAr } of localities)
      expect([nameFr, nameAr]).toEqual([expect.stringContaining('simulé'), expect.stringContaining('محاكاة')])
    const people = localities.reduce((sum, { population }) => sum + (population ?? 0), 0)
    expect(people).toBeGreaterThan(0)
    expect(people).toBeLessThan(provinces.find((p) => p.code === code)!.population!)
  }
  const all = country(DEMO_SEED).flatMap(({ localities }) => localities)
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
  expect(all.some(({ population }) => population === null)).toBe(true)
})

test('speeds are distributed as in the country: a tenth below 2 Mbit/s, a tenth above 60', () => {
  const speeds = probesOf(DEMO_SEED).flatMap((p) => p.downloadBps ?? [])
  const share = (of: (bps: number) => boolean) => speeds.filter(of).length / speeds.length
  expect(share((bps) => bps < 2e6)).toBeGreaterThan(0.05)
  expect(share((bps) => bps < 2e6)).toBeLessThan(0.35)
  expect(share((bps) => bps > 60e6)).toBeGreaterThan(0.02)
})

test('the plan has about a hundred items of every step, and none is rejected', () => {
  const sites = country(DEMO_SEED).flatMap(({ code, sites: all }) => {
    const seat = SEATS.find((s) => s.provinceCode === code)!
    return all.map((site) => ({ site, probes: demoProbes(site, remotenessOf(site, seat), END, DEMO_SEED) }))
  })
  const plan = demoPlan(sites, END, DEMO_SEED)
  expect(plan).toEqual(demoPlan(sites, END, DEMO_SEED))
  expect(plan.length).toBeGreaterThan(300)
  const today = END.toISOString().slice(0, 10)
  const items = plan.map((row) => row.fields as Parameters<typeof planRejections>[0])
  expect(items.flatMap((item) => planRejections(item, today))).toEqual([])
  const count = (state: string) => items.filter((item) => planStateOf(item, null, today) === state).length
  for (const state of ['planned', 'awarded', 'works', 'late', 'in_service'])
    expect(count(state)).toBeGreaterThan(20)
})
