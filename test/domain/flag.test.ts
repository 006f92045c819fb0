import {
  CLOCK_TOLERANCE_MS,
  FLAGS,
  type DeviceFigure,
  type ProbeInput,
  correctedTime,
  isDisagreement,
  disagreeingDevices,
  flagsOf,
  isCounted,
  isPrivateAddress,
  isMovingTooFast,
  isRepeat,
} from '#domain/probe'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const HOUR = 3_600_000
const NOW = Date.UTC(2026, 5, 1)
const PROBE: ProbeInput = {
  id: '11111111-1111-4111-8111-111111111111',
  outcome: 'ok',
  measuredAt: new Date(NOW).toISOString(),
  lat: 34,
  lng: -6,
}
const YEARS_3 = 3 * 365 * 24 * HOUR

describe('the flags that take a probe out of the evidence', () => {
  test('say that its place or its figures are in doubt, or that it repeats another', () => {
    expect(FLAGS.filter((flag) => !isCounted([flag]))).toEqual([
      'inaccurate_position',
      'too_far_from_site',
      'too_short',
      'too_few_bytes',
      'disagrees_with_server',
      'repeat',
      'moving_too_fast',
      'implausible',
    ])
    expect(isCounted([])).toBe(true)
  })
})

describe('flags of the test itself', () => {
  test.each<[string, Partial<ProbeInput>, string[]]>([
    ['ten seconds and many bytes', { downloadMs: 10_000, downloadBytes: 1e6 }, []],
    ['nine seconds of a slow line', { downloadMs: 9_000, downloadBytes: 8_192 }, []],
    ['one millisecond less', { downloadMs: 8_999, downloadBytes: 8_192 }, ['too_short']],
    ['short, ended early on purpose', { downloadMs: 900, downloadBytes: 1_000_000 }, []],
    ['short in the upload', { downloadMs: 10_000, uploadMs: 3_000, uploadBytes: 90_000 }, ['too_short']],
    ['too few bytes', { downloadMs: 10_000, downloadBytes: 8_191 }, ['too_few_bytes']],
    ['a failed test says nothing of bytes', { outcome: 'failed', downloadMs: 3, downloadBytes: 0 }, []],
    ['a private address', { clientAddress: '192.168.1.20' }, ['private_address']],
    ['a public one', { clientAddress: '105.66.1.2' }, []],
  ])('%s', (_, change, flags) => {
    expect(flagsOf({ ...PROBE, ...change }, null)).toEqual(flags)
  })

  test('private addresses are those of the RFCs, at their edges', () => {
    const inside = ['10.0.0.0', '172.16.0.0', '172.31.255.255', '192.168.0.1', '127.0.0.1', '169.254.1.1']
    const more = ['100.64.0.0', '100.127.255.255', '::1', 'fd00::1', 'FE80::1', '::ffff:10.1.2.3']
    const outside = ['9.255.255.255', '172.15.1.1', '172.32.0.0', '192.169.0.1', '100.63.1.1', '100.128.0.1']
    const six = ['2001:db8::1', 'f000::1', '', 'school']
    expect([...inside, ...more].filter((a) => !isPrivateAddress(a))).toEqual([])
    expect([...outside, ...six].filter(isPrivateAddress)).toEqual([])
  })
})

describe('the client and the server of a test', () => {
  test('agree within a fifth of the larger', () => {
    expect(isDisagreement(80, 100)).toBe(false)
    expect(isDisagreement(79, 100)).toBe(true)
    expect(isDisagreement(100, 79)).toBe(true)
    expect(isDisagreement(0, 0)).toBe(false)
    expect(isDisagreement(0, 1)).toBe(true)
  })
})

describe('a device', () => {
  const here = { at: NOW, lat: 34, lng: -6, accuracyM: null }
  const north = (metres: number, at = NOW) => ({ ...here, at, lat: 34 + metres / 111_195 })

  test('repeats itself within four hours and a hundred metres, before and after', () => {
    expect(isRepeat(here, [])).toBe(false)
    expect(isRepeat(here, [north(99, NOW + 4 * HOUR - 1)])).toBe(true)
    expect(isRepeat(here, [north(99, NOW - 4 * HOUR + 1)])).toBe(true)
    expect(isRepeat(here, [north(99, NOW + 4 * HOUR)])).toBe(false)
    expect(isRepeat(here, [north(102)])).toBe(false)
    expect(isRepeat({ ...here, accuracyM: 300 }, [north(250)])).toBe(true)
  })

  test('moves too fast above 250 km/h, after the uncertainty of the positions is subtracted', () => {
    expect(isMovingTooFast(here, north(249_000, NOW + HOUR))).toBe(false)
    expect(isMovingTooFast(here, north(251_000, NOW + HOUR))).toBe(true)
    expect(isMovingTooFast({ ...here, accuracyM: 1_500 }, north(251_000, NOW + HOUR))).toBe(false)
    expect(isMovingTooFast(here, north(3_900))).toBe(false)
    expect(isMovingTooFast(here, north(4_100))).toBe(true)
  })
})

describe('the time of a device whose clock is wrong', () => {
  const probe = (change: Partial<ProbeInput>) => ({ ...PROBE, ...change })

  test('is corrected by the clock at sending, whatever its error and however long the probe waited', () => {
    const wrongBy = fc.integer({ min: -YEARS_3, max: YEARS_3 })
    const waited = fc.integer({ min: 0, max: 400 * 24 * HOUR })
    fc.assert(
      fc.property(wrongBy, waited, (wrong, wait) => {
        const measuredAt = new Date(NOW - wait + wrong).toISOString()
        const sentAt = new Date(NOW + wrong).toISOString()
        const corrected = correctedTime(probe({ measuredAt, sentAt }), NOW)
        if (Math.abs(wrong) <= CLOCK_TOLERANCE_MS) expect(corrected).toBeNull()
        else expect(Date.parse(corrected!)).toBe(NOW - wait)
      }),
      { numRuns: 300, seed: 20261124 },
    )
  })

  test('is computed from the age where that is known, because the clock may have been set in between', () => {
    const measuredAt = new Date(NOW - YEARS_3).toISOString()
    const sent = { measuredAt, sentAt: new Date(NOW).toISOString() }
    expect(correctedTime(probe(sent), NOW)).toBeNull()
    expect(correctedTime(probe({ ...sent, ageMs: HOUR }), NOW)).toBe(new Date(NOW - HOUR).toISOString())
    expect(correctedTime(probe({}), NOW + HOUR)).toBeNull()
  })
})

describe('devices that disagree with their neighbours', () => {
  const of = (device: string, medianBps: number, cell = 'a'): DeviceFigure => ({
    cell,
    operator: 'iam',
    technology: '4g',
    device,
    medianBps,
  })
  const marked = (...figures: DeviceFigure[]) => disagreeingDevices(figures).map((f) => f.device)

  test('differ from the median of at least two others by more than four times', () => {
    expect(marked(of('1', 10e6), of('2', 12e6), of('3', 45e6))).toEqual(['3'])
    expect(marked(of('1', 10e6), of('2', 12e6), of('3', 2e6))).toEqual(['3'])
    expect(marked(of('1', 10e6), of('2', 10e6), of('3', 40e6))).toEqual([])
    expect(marked(of('1', 10e6), of('3', 100e6))).toEqual([])
    expect(marked(of('1', 10e6), of('2', 10e6), of('3', 100e6, 'b'))).toEqual([])
  })
})
