import {
  MIN_MEASURED_AT_MS,
  MAX_ACCURACY_M,
  MAX_CLOCK_AHEAD_MS,
  MAX_SITE_DISTANCE_M,
  MAX_SPEED_BPS,
  MOROCCO_BOUNDS,
  type ProbeInput,
  distanceM,
  flagsOf,
  rejectionOf,
} from '#domain/probe'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const NOW = Date.UTC(2026, 5, 1)
const { west, south, east, north } = MOROCCO_BOUNDS
const PROBE = {
  id: '11111111-1111-4111-8111-111111111111',
  outcome: 'ok' as const,
  measuredAt: new Date(NOW).toISOString(),
  lat: 34,
  lng: -6,
}
const fieldOf = (change: Partial<ProbeInput> & { lat?: number; lng?: number }) =>
  rejectionOf({ ...PROBE, ...change }, NOW, MOROCCO_BOUNDS)?.field ?? null
const at = (ms: number) => new Date(ms).toISOString()

describe('rejected', () => {
  test.each([
    ['its south edge', { lat: south }, null],
    ['beyond its south edge', { lat: south - 1e-9 }, 'lat'],
    ['its north edge', { lat: north }, null],
    ['beyond its north edge', { lat: north + 1e-9 }, 'lat'],
    ['its west edge', { lng: west }, null],
    ['beyond its west edge', { lng: west - 1e-9 }, 'lng'],
    ['its east edge', { lng: east }, null],
    ['beyond its east edge', { lng: east + 1e-9 }, 'lng'],
    ['both turned about', { lat: -6, lng: 34 }, 'lat'],
    ['the null island', { lat: 0, lng: 0 }, 'lat'],
  ])('a place at %s of the country', (_, place, field) => expect(fieldOf(place)).toBe(field))

  test.each([
    ['the first moment of 2010', at(MIN_MEASURED_AT_MS), null],
    ['the last of 2009', at(MIN_MEASURED_AT_MS - 1), 'measuredAt'],
    ['an unset clock', '1970-01-01T00:00:00Z', 'measuredAt'],
    ['five minutes ahead', at(NOW + MAX_CLOCK_AHEAD_MS), null],
    ['a millisecond more', at(NOW + MAX_CLOCK_AHEAD_MS + 1), 'measuredAt'],
    ['the same moment in another zone', '2026-06-01T01:00:00+01:00', null],
    ['what is no time', 'yesterday', 'measuredAt'],
    ['a month that is none', '2026-13-01T00:00:00Z', 'measuredAt'],
    ['nothing', '', 'measuredAt'],
  ])('a time of %s', (_, measuredAt, field) => expect(fieldOf({ measuredAt })).toBe(field))

  test.each([
    ['of 2G', '604-01-3001-12345', null],
    ['of 4G with a network of three digits', '310-410-65535-268435455', null],
    ['of 5G with the largest area and cell', `604-00-${2 ** 24 - 1}-${2 ** 36 - 1}`, null],
    ['with an area of 25 bits', `604-00-${2 ** 24}-1`, 'cellId'],
    ['with a cell of 37 bits', `604-00-1-${2 ** 36}`, 'cellId'],
    ['whose cell the phone does not know', '604-01-3001-2147483647', 'cellId'],
    ['whose area the phone does not know', '604-01-2147483647-123', 'cellId'],
    ['that is absent', null, null],
  ])('a mobile cell %s', (_, cellId, field) => expect(fieldOf({ cellId })).toBe(field))

  test.each(['downloadBps', 'uploadBps'] as const)(
    'is a %s below zero or above that of any line',
    (field) => {
      expect([0, 1, MAX_SPEED_BPS, null].map((value) => fieldOf({ [field]: value }))).toEqual([
        null,
        null,
        null,
        null,
      ])
      expect([-1, -1e-9, MAX_SPEED_BPS + 1, Infinity].map((value) => fieldOf({ [field]: value }))).toEqual(
        Array(4).fill(field),
      )
    },
  )

  test('one rejection is given at a time, the place first, with the rejected value', () => {
    const all = { lat: 48.85, measuredAt: '1970-01-01T00:00:00Z', downloadBps: -5 }
    expect(rejectionOf({ ...PROBE, ...all }, NOW, MOROCCO_BOUNDS)).toEqual({
      field: 'lat',
      reason: 'lat 48.85 is outside the country',
    })
    expect(rejectionOf({ ...PROBE, downloadBps: -5 }, NOW, MOROCCO_BOUNDS)?.reason).toContain('-5')
  })

  test('is nothing within all the limits', () => {
    const probe = fc.record({
      lat: fc.double({ min: south, max: north, noNaN: true }),
      lng: fc.double({ min: west, max: east, noNaN: true }),
      measuredAt: fc.integer({ min: MIN_MEASURED_AT_MS, max: NOW + MAX_CLOCK_AHEAD_MS }).map(at),
      downloadBps: fc.option(fc.double({ min: 0, max: MAX_SPEED_BPS, noNaN: true })),
      uploadBps: fc.option(fc.double({ min: 0, max: MAX_SPEED_BPS, noNaN: true })),
    })
    fc.assert(
      fc.property(probe, (some) => {
        expect(fieldOf(some)).toBe(null)
      }),
      { numRuns: 200, seed: 20261123 },
    )
  })
})

describe('flags', () => {
  const site = { lat: 34, lng: -6 }
  /** A position at this distance north of the site. */
  const away = (metres: number) => ({ lat: 34 + (metres / 6_371_008.8) * (180 / Math.PI), lng: -6 })

  test.each([
    ['at its site', {}, site, []],
    ['just within reach of its site', away(MAX_SITE_DISTANCE_M - 0.01), site, []],
    ['just out of reach of its site', away(MAX_SITE_DISTANCE_M + 0.01), site, ['far_from_site']],
    ['far away, with no site known', away(90_000), null, []],
    ['without a position', { lat: null, lng: null }, site, ['position_from_site']],
    ['without a longitude', { lng: null }, site, ['position_from_site']],
    ['without a latitude', { lat: null }, site, ['position_from_site']],
    ['with the worst accuracy that names a cell', { accuracyM: MAX_ACCURACY_M }, site, []],
    ['with a worse one', { accuracyM: MAX_ACCURACY_M + 0.1 }, site, ['inaccurate_position']],
    ['with an unknown one', { accuracyM: null }, site, []],
    ['with two faults', { ...away(9_000), accuracyM: 3_000 }, site, ['far_from_site', 'inaccurate_position']],
  ])('of a probe %s', (_, change, where, flags) => {
    expect(flagsOf({ ...PROBE, ...change }, where)).toEqual(flags)
  })
})

describe('the distance of two places', () => {
  test('is that of the great circle', () => {
    const rabat = { lat: 34.0209, lng: -6.8416 }
    const casablanca = { lat: 33.5731, lng: -7.5898 }
    expect(distanceM({ lat: 30, lng: -6 }, { lat: 31, lng: -6 })).toBeCloseTo(111_195.08, 1)
    expect(distanceM({ lat: 0, lng: 0 }, { lat: 0, lng: 180 })).toBeCloseTo(Math.PI * 6_371_008.8, 1)
    // The reference is the law of cosines on the same sphere.
    expect(distanceM(rabat, casablanca) / cosines(rabat, casablanca)).toBeCloseTo(1, 6)
  })

  test('is the same both ways, and zero from a place to itself', () => {
    const place = fc.record({
      lat: fc.double({ min: south, max: north, noNaN: true }),
      lng: fc.double({ min: west, max: east, noNaN: true }),
    })
    fc.assert(
      fc.property(place, place, (a, b) => {
        expect(distanceM(a, b)).toBeCloseTo(distanceM(b, a), 6)
        expect(distanceM(a, a)).toBe(0)
      }),
      { numRuns: 100, seed: 20261123 },
    )
  })

  interface Place {
    lat: number
    lng: number
  }

  function cosines(a: Place, b: Place): number {
    const rad = Math.PI / 180
    const [p, q, l] = [a.lat * rad, b.lat * rad, (b.lng - a.lng) * rad]
    return 6_371_008.8 * Math.acos(Math.sin(p) * Math.sin(q) + Math.cos(p) * Math.cos(q) * Math.cos(l))
  }
})
