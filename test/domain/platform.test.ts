/** What a line carries: judged by percentiles of office hours, never by a mean, and unknown where too little was measured. */
import {
  type LineFigures,
  type LineProbe,
  type PeriodFigures,
  type Platform,
  MAX_PEOPLE,
  QUANTITIES,
  SHIPPED_CATALOGUE,
  carriesOfLine,
  carryOf,
  catalogueRejections,
  lineFiguresOf,
  siteStateOf,
} from '#domain/platform'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const { evidence, platforms } = SHIPPED_CATALOGUE
const platformOf = (id: string) => platforms.find((platform) => platform.id === id)!
const WATIQA = platformOf('watiqa')

const figures = (
  download: number | null,
  upload: number | null,
  latency: number | null,
  { loss = null, samples = 40, days = 20 }: { loss?: number | null; samples?: number; days?: number } = {},
): PeriodFigures => {
  const figure = (value: number | null) => (value === null ? null : { value, samples, days })
  return { download: figure(download), upload: figure(upload), latency: figure(latency), loss: figure(loss) }
}
const NOTHING = figures(null, null, null)
const line = (office: PeriodFigures, offPeak = NOTHING): LineFigures => ({
  operator: 'iam',
  technology: 'fibre',
  office,
  offPeak,
})

const probe = (change: Partial<LineProbe>): LineProbe => ({
  operator: 'iam',
  technology: '4g',
  outcome: 'ok',
  downloadBps: 10e6,
  uploadBps: 2e6,
  latencyMs: 40,
  lossRatio: null,
  day: '2026-03-02',
  weekday: 1,
  hour: 10,
  ...change,
})

describe('the figures of a line', () => {
  test('are the 20th percentile of speeds and the 80th of latency, not a mean', () => {
    const probes = [1e6, 2e6, 3e6, 4e6, 500e6].map((downloadBps, i) =>
      probe({ downloadBps, latencyMs: 10 * (i + 1), day: `2026-03-0${i + 1}` }),
    )
    const [{ office, offPeak }] = lineFiguresOf(probes, evidence) as [LineFigures]
    expect(office.download).toEqual({ value: 1.8e6, samples: 5, days: 5 })
    expect(office.latency!.value).toBeCloseTo(42, 9)
    expect(office.loss).toBeNull()
    expect(offPeak).toEqual(NOTHING)
  })

  test('have speeds of 0 without service, and leave out tests that failed by themselves', () => {
    const probes = [
      probe({ outcome: 'no_service', downloadBps: null, uploadBps: null, latencyMs: null }),
      probe({ outcome: 'failed', downloadBps: null }),
      probe({}),
    ]
    const [{ office }] = lineFiguresOf(probes, evidence) as [LineFigures]
    expect(office.download).toEqual({ value: 2e6, samples: 2, days: 1 })
    expect(office.latency).toEqual({ value: 40, samples: 1, days: 1 })
  })

  test('are apart by operator and technology, and by office hours', () => {
    const probes = [
      probe({ hour: 9 }),
      probe({ hour: 14 }),
      probe({ hour: 15 }),
      probe({ hour: 8 }),
      probe({ weekday: 6 }),
      probe({ technology: null }),
    ]
    const lines = lineFiguresOf(probes, evidence)
    expect(
      lines.map(({ technology, office, offPeak }) => [
        technology,
        office.download?.samples,
        offPeak.download?.samples,
      ]),
    ).toEqual([
      ['4g', 2, 3],
      [null, 1, undefined],
    ])
  })
})

describe('what a line carries', () => {
  test('for how many people: the scarcer direction decides', () => {
    expect(carryOf(line(figures(12e6, 3e6, 40)), WATIQA, evidence)).toMatchObject({
      state: 'carries',
      people: 10,
      failing: [],
      unmeasured: ['loss'],
    })
    expect(carryOf(line(figures(2.5e6, 0.75e6, 100)), WATIQA, evidence)).toMatchObject({
      state: 'carries',
      people: 1,
    })
    expect(carryOf(line(figures(90e9, 90e9, 4)), WATIQA, evidence).people).toBe(MAX_PEOPLE)
    expect(carryOf(line(figures(30e6, 12e6, 40)), platformOf('e-learning'), evidence).people).toBeNull()
  })

  test('the quantity that fails is named, and the seconds that a clerk waits', () => {
    const carry = carryOf(line(figures(20e6, 0.585e6, 40)), platformOf('civil-status'), evidence)
    expect(carry).toMatchObject({ state: 'fails', people: null, failing: ['upload'] })
    expect(Math.round(carry.transferSeconds!)).toBe(41)
  })

  test('a geostationary line is fast enough and fails by its latency', () => {
    const satellite = { ...line(figures(40e6, 5e6, 640)), technology: 'satellite_geo' as const }
    const carries = carriesOfLine(satellite, SHIPPED_CATALOGUE)
    expect(carries.find(({ platform }) => platform === 'watiqa')).toMatchObject({
      state: 'fails',
      failing: ['latency'],
    })
    expect(carries.find(({ platform }) => platform === 'store-and-forward')!.state).toBe('carries')
  })

  test('outside office hours only', () => {
    expect(carryOf(line(figures(1e6, 1e6, 40), figures(20e6, 5e6, 40)), WATIQA, evidence)).toMatchObject({
      state: 'off_peak',
      people: null,
      failing: ['download'],
    })
  })

  test('too few measurements or days are unknown, and never a failure', () => {
    for (const office of [
      figures(100, 100, 900, { samples: evidence.minSamples - 1 }),
      figures(100, 100, 900, { days: evidence.minDays - 1 }),
      NOTHING,
    ])
      expect(carryOf(line(office, figures(20e6, 5e6, 40)), WATIQA, evidence)).toMatchObject({
        state: 'unknown',
        people: null,
        failing: [],
        transferSeconds: null,
      })
    expect(carryOf(line(figures(20e6, 5e6, null)), WATIQA, evidence)).toMatchObject({
      state: 'unknown',
      unmeasured: ['latency', 'loss'],
    })
  })

  test('one quantity that fails decides, whatever was not measured; loss is judged where it was', () => {
    expect(carryOf(line(figures(1e6, null, null)), WATIQA, evidence).state).toBe('fails')
    expect(carryOf(line(figures(20e6, 5e6, 40, { loss: 0.02 })), WATIQA, evidence)).toMatchObject({
      state: 'fails',
      failing: ['loss'],
    })
  })

  test('a better line is never told worse, and a state says what its parts say', () => {
    const value = fc.option(fc.double({ min: 0, max: 60e6, noNaN: true }), { freq: 8 })
    const delay = fc.option(fc.double({ min: 0, max: 800, noNaN: true }), { freq: 8 })
    const samples = fc.integer({ min: 1, max: 12 })
    fc.assert(
      fc.property(
        value,
        value,
        delay,
        samples,
        fc.constantFrom(...platforms),
        (down, up, latency, n, platform) => {
          const office = figures(down, up, latency, { samples: n, days: n })
          const carry = carryOf(line(office), platform, evidence)
          expect(carry.state === 'fails').toBe(carry.failing.length > 0)
          if (n < evidence.minSamples) expect(carry.state).toBe('unknown')
          if (carry.state !== 'carries') return
          expect(carry.people === null || carry.people >= 1).toBe(true)
          const better = figures(down && down * 2, up && up * 2, latency && latency / 2, {
            samples: n,
            days: n,
          })
          const carryOfBetter = carryOf(line(better), platform, evidence)
          expect(carryOfBetter.state).toBe('carries')
          expect(carryOfBetter.people ?? 0).toBeGreaterThanOrEqual(carry.people ?? 0)
        },
      ),
    )
  })

  test('a site has the state of its best line; without a line nothing is known', () => {
    expect(siteStateOf(['fails', 'carries'])).toBe('carries')
    expect(siteStateOf(['unknown', 'fails'])).toBe('fails')
    expect(siteStateOf(['unknown'])).toBe('unknown')
    expect(siteStateOf([])).toBe('unknown')
  })
})

describe('a catalogue', () => {
  const reasonsOf = (change: object, platform: Partial<Platform> = {}) =>
    catalogueRejections({ ...evidence, ...change }, [{ ...WATIQA, ...platform }]).map(({ reason }) => reason)

  test('that is shipped has no fault, a source for each platform, and words in three languages', () => {
    expect(catalogueRejections(evidence, platforms)).toEqual([])
    expect(new Set(platforms.map(({ id }) => id)).size).toBe(platforms.length)
    expect(Object.keys(platforms[0]!.title).toSorted()).toEqual(['ar', 'en', 'fr'])
    expect(QUANTITIES.length).toBe(4)
  })

  test('is refused with field and value', () => {
    expect(reasonsOf({ minDays: 0 })).toEqual(['minDays must be a whole number from 1 to 365; it is 0'])
    expect(reasonsOf({ officeDays: [1, 1] })[0]).toContain('officeDays must be a list without repetition')
    expect(reasonsOf({}, { maxLatencyMs: -1 })[0]).toContain('platform 1: maxLatencyMs must be a number')
    expect(reasonsOf({ surprise: 1 })[0]).toBe('surprise is not a field of the evidence')
    expect(catalogueRejections(evidence, [WATIQA, WATIQA])[0]!.reason).toContain('"watiqa" is the id of two')
    expect(catalogueRejections(evidence, [])[0]!.reason).toContain('1 to 60 platforms')
    expect(catalogueRejections(null, [WATIQA])[0]!.reason).toContain('must be an object')
    expect(catalogueRejections(evidence, ['x'])[0]!.reason).toContain('platform 1: must be an object')
  })
})
