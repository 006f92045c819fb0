/** The stages from probes to measured networks, each fed with rows by hand. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceDayStage } from '../../../libs/store/classification/device-days.js'
import { deviceStage } from '../../../libs/store/classification/devices.js'
import { measuredNetworkStage, networkFiguresStage } from '../../../libs/store/classification/networks.js'
import { planProbeStage, reachedCellsStage } from '../../../libs/store/classification/plan-items.js'
import { sampleStages } from '../../../libs/store/classification/samples.js'
import { judgementScope, measuringScope } from '../../../libs/store/classification/scope.js'
import { raw } from '../../../libs/store/database/sql.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../../support/database.js'
import { type Columns, given, rowsOfStages } from './given.js'

const FLOOR: Rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const WINDOW = {
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-05-31T12:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}
const scopeOf = (...rules: Rule[]) => measuringScope(rules, WINDOW, null)
const STRICT: Rule = {
  ...FLOOR,
  minUploadBps: 3_000_000,
  maxLatencyMs: 100,
  technologies: ['4g', 'wifi_unknown'],
}
const DEVICE = '11111111-1111-4111-8111-111111111111'
const OTHER_DEVICE = '22222222-2222-4222-8222-222222222222'
const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

const PROBE: Columns = {
  cell: ['bigint', '1'],
  id: ['uuid', idOf(0)],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  device_id: ['uuid', DEVICE],
  measured_at: ['timestamptz', '2026-05-10T10:00:00Z'],
  received_at: ['timestamptz', '2026-05-10T10:01:00Z'],
  outcome: ['text', 'ok'],
  download_bps: ['bigint', 30_000_000],
  upload_bps: ['bigint', 5_000_000],
  latency_ms: ['float8', 40],
  loss_ratio: ['float8', null],
  counted: ['boolean', true],
}
const PROBE_FLAG: Columns = {
  cell: ['bigint', '1'],
  probe_id: ['uuid', idOf(0)],
  counted: ['boolean', false],
  created_at: ['timestamptz', '2026-05-20T00:00:00Z'],
}
const SAMPLE: Columns = {
  cell: ['bigint', '1'],
  place: ['bigint', '1'],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  device_id: ['uuid', DEVICE],
  measured_at: ['timestamptz', '2026-05-10T10:00:00Z'],
  day: ['date', '2026-05-10'],
  hour: ['integer', 11],
  is_silent: ['boolean', false],
  s0: ['boolean', true],
  s0_free0: ['bigint', 30_000_000],
}
/**
 * Samples that pass at the ten steps of the download ladder, 1 Mbit/s to 200. The rule's own threshold, 2 Mbit/s, is the
 * second step.
 */
const PASS_COUNTS: Columns = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [`s0_pass${i}`, ['integer', 0] as const]),
)
const DEVICE_DAY: Columns = {
  cell: ['bigint', '1'],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  device_id: ['uuid', DEVICE],
  day: ['date', '2026-05-20'],
  day_bit: ['varbit', '0000'],
  s0_samples: ['integer', 1],
  s0_no_service: ['integer', 0],
  s0_peak_samples: ['integer', 0],
  s0_hours: ['integer', 1],
  s0_last_measured_at: ['timestamptz', '2026-05-10T10:00:00Z'],
  s0_weight: ['integer', 1000],
  ...PASS_COUNTS,
}
const DEVICE_ROW: Columns = {
  ...Object.fromEntries(Object.entries(DEVICE_DAY).filter(([name]) => !name.startsWith('day'))),
  s0_settled_weight: ['bigint', 0],
  s0_days: ['varbit', null],
  s0_pass1_passes: ['integer', 0],
  s0_pass1_settled: ['bigint', 0],
  s0_pass1_pass_days: ['varbit', null],
  s0_pass1_fail_days: ['varbit', null],
}

describe.each(ENGINES)('measuring stages on %s', (engine) => {
  let database: TestDatabase
  beforeAll(async () => {
    database = await freshDatabase(engine)
  })
  afterAll(() => database.drop())
  const rowsOf: (...given: TailOf<typeof rowsOfStages>) => ReturnType<typeof rowsOfStages> = (...input) =>
    rowsOfStages(database.source.manager, ...input)

  describe('sample', () => {
    const samples = (
      probes: Parameters<typeof given>[2],
      flags: Parameters<typeof given>[2] = [],
      rule = STRICT,
    ) =>
      rowsOf([
        given('probe', PROBE, probes),
        given('probe_flag', PROBE_FLAG, flags),
        ...sampleStages(scopeOf(rule), { relation: 'probe', cellColumn: 'cell' }),
      ])

    test('has the local day and hour, and whether there was no service', async () => {
      const rows = await rowsOf(
        [
          given('probe', PROBE, [
            { measured_at: '2026-05-10T23:30:00Z' },
            { outcome: 'no_service', download_bps: null },
          ]),
          given('probe_flag', PROBE_FLAG, []),
          ...sampleStages(scopeOf(FLOOR), { relation: 'probe', cellColumn: 'cell' }),
        ],
        raw('SELECT day::text, hour, is_silent, s0, s0_free0::integer FROM sample'),
      )
      expect(rows).toEqual([
        { day: '2026-05-11', hour: 0, is_silent: false, s0: true, s0_free0: 30_000_000 },
        { day: '2026-05-10', hour: 11, is_silent: true, s0: true, s0_free0: null },
      ])
    })

    test('has the figure of each metric where all the others are met', async () => {
      const rows = await samples([
        {},
        { latency_ms: 100.5 },
        { upload_bps: 2_000_000, latency_ms: 100.5 },
        { outcome: 'no_service', download_bps: null, upload_bps: null, latency_ms: null },
      ])
      const free = rows.map((row) => ['s0_free0', 's0_free1', 's0_free2'].map((name) => row[name]))
      expect(free).toEqual([
        ['30000000', '5000000', 40],
        [null, null, 100.5],
        [null, null, null],
        [null, null, null],
      ])
    })

    test('says for each family of rules whether they judge the sample', async () => {
      const peak: Rule = { ...FLOOR, peakHours: { from: 19, to: 23 } }
      const rows = await rowsOf([
        given('probe', PROBE, [
          { measured_at: '2026-05-10T18:00Z' },
          { measured_at: '2026-05-10T22:00Z' },
          { measured_at: '2026-05-10T22:00Z', latency_ms: null },
        ]),
        given('probe_flag', PROBE_FLAG, []),
        ...sampleStages(scopeOf(FLOOR, peak, STRICT), { relation: 'probe', cellColumn: 'cell' }),
      ])
      expect(rows.map(({ s0, s1, s2 }) => [s0, s1, s2])).toEqual([
        [true, true, true],
        [true, false, true],
        [true, false, false],
      ])
    })

    test('leaves out what the rule cannot judge, and names nobody with an empty text', async () => {
      const rows = await samples([
        { operator: null, technology: null },
        { operator: 'inwi', technology: 'fibre' },
        { operator: 'inwi', outcome: 'failed' },
        { operator: 'inwi', download_bps: null },
        { operator: 'inwi', counted: false },
      ])
      expect(rows.map((row) => [row['operator'], row['technology']])).toEqual([['', '']])
      expect(await samples([{ technology: null }], [], { ...STRICT, technologies: ['4g'] })).toEqual([])
    })

    test('takes the window with its first and without its last moment, and what was known by then', async () => {
      const { from, to, knownBefore } = WINDOW
      const rows = await samples([
        { measured_at: from, operator: 'first' },
        { measured_at: to },
        { measured_at: new Date(+to - 1), operator: 'last' },
        { measured_at: new Date(+from - 1) },
        { received_at: knownBefore },
        { received_at: new Date(+knownBefore - 1), operator: 'late' },
      ])
      expect(rows.map((row) => row['operator'])).toEqual(['first', 'last', 'late'])
    })

    test('leaves out probes that were set aside before, not those set aside later or merely marked', async () => {
      const rows = await samples(
        [1, 2, 3, 4].map((n) => ({ id: idOf(n), operator: `probe ${n}` })),
        [
          { probe_id: idOf(1) },
          { probe_id: idOf(2), created_at: WINDOW.knownBefore },
          { probe_id: idOf(3), counted: true },
          { probe_id: idOf(4), cell: '2' },
        ],
      )
      expect(rows.map((row) => row['operator'])).toEqual(['probe 2', 'probe 3', 'probe 4'])
    })
  })

  describe('device_day', () => {
    test('counts the samples of each device and local day', async () => {
      const rows = await rowsOf(
        [
          given('sample', SAMPLE, [
            { hour: 0, measured_at: '2026-05-09T23:10Z' },
            { hour: 19, measured_at: '2026-05-10T18:00Z', s0_free0: 1_500_000 },
            { hour: 23, measured_at: '2026-05-10T22:00Z', is_silent: true, s0_free0: null },
            { hour: 5, measured_at: '2026-05-10T22:30Z', s0: false, s0_free0: null },
            { day: '2026-05-11', hour: 22, measured_at: '2026-05-11T21:59Z' },
            { device_id: null },
            { device_id: null },
          ]),
          deviceDayStage(scopeOf(FLOOR)),
        ],
        raw(`SELECT device_id, day::text, s0_samples, s0_no_service, s0_peak_samples, s0_hours, s0_last_measured_at,
          s0_pass0, s0_pass1, s0_pass7 FROM device_day ORDER BY device_id, day`),
      )
      expect(rows).toEqual([
        {
          device_id: DEVICE,
          day: '2026-05-10',
          s0_samples: 3,
          s0_no_service: 1,
          s0_peak_samples: 1,
          s0_hours: (1 << 0) | (1 << 19) | (1 << 23),
          s0_last_measured_at: new Date('2026-05-10T22:00:00Z'),
          s0_pass0: 2,
          s0_pass1: 1,
          s0_pass7: 0,
        },
        expect.objectContaining({ day: '2026-05-11', s0_samples: 1, s0_peak_samples: 1, s0_hours: 1 << 22 }),
        expect.objectContaining({ device_id: null, s0_samples: 2, s0_pass1: 2, s0_hours: 1 << 11 }),
      ])
    })

    test('caps the weight of a day, halves it by age, and says which day it is', async () => {
      const rule = { ...FLOOR, deviceDayCap: 6, halfWeightAfterDays: 20 }
      // The window ends on the local day 31 May; 11 May lies 20 days before.
      const samples = (day: string, count: number) => Array.from({ length: count }, () => ({ day }))
      const rows = await rowsOf(
        [
          given('sample', SAMPLE, [
            ...samples('2026-05-10', 9),
            ...samples('2026-05-11', 9),
            ...samples('2026-05-31', 4),
            { day: '2026-05-12', s0: false },
          ]),
          deviceDayStage(scopeOf(rule)),
        ],
        raw(`SELECT s0_weight::integer AS weight, position('1' in day_bit::text) - 1 AS bit, length(day_bit) AS days,
          bit_count(day_bit)::integer AS bits FROM device_day ORDER BY day`),
      )
      const common = { days: 33, bits: 1 }
      // The first bit is 1 May, the local day on which the window begins.
      expect(rows).toEqual([
        { weight: 3000, bit: 9, ...common },
        { weight: 6000, bit: 10, ...common },
        { weight: 0, bit: 11, ...common },
        { weight: 4000, bit: 30, ...common },
      ])
    })
  })

  test('device adds up the days of a device, each pass with the weight of its day', async () => {
    // Days before 17 May are settled.
    const settled = { day: '2026-05-16' }
    const rows = await rowsOf(
      [
        given('device_day', DEVICE_DAY, [
          // 2 of 3 samples pass and all weigh 2 samples: 1333 thousandths, rounded down.
          { ...settled, s0_samples: 3, s0_pass1: 2, s0_weight: 2000, day_bit: '1000', s0_pass3: 1 },
          {
            s0_samples: 2,
            s0_weight: 2000,
            day_bit: '0100',
            s0_hours: 6,
            s0_no_service: 1,
            s0_peak_samples: 2,
          },
          {
            s0_pass1: 1,
            s0_weight: 500,
            day_bit: '0001',
            s0_hours: 4,
            s0_last_measured_at: '2026-05-12T00:00Z',
          },
          { s0_samples: 0, s0_weight: 0, day_bit: '0010', s0_hours: null, s0_last_measured_at: null },
          { device_id: OTHER_DEVICE, day: '2026-05-17', s0_pass1: 1, day_bit: '0010' },
        ]),
        deviceStage(scopeOf({ ...FLOOR, settleDays: 14 })),
      ],
      raw(`SELECT device_id, s0_samples::integer, s0_pass1_passes::integer AS passes, s0_no_service::integer,
        s0_peak_samples::integer, s0_hours, s0_last_measured_at, s0_weight::integer, s0_pass1::integer AS pass_weight,
        s0_settled_weight::integer, s0_pass1_settled::integer AS settled, s0_days::text,
        s0_pass1_pass_days::text AS pass_days, s0_pass1_fail_days::text AS fail_days, s0_pass3::integer
        FROM device ORDER BY device_id`),
    )
    expect(rows).toEqual([
      {
        device_id: DEVICE,
        s0_samples: 6,
        passes: 3,
        s0_no_service: 1,
        s0_peak_samples: 2,
        s0_hours: 7,
        s0_last_measured_at: new Date('2026-05-12T00:00:00Z'),
        s0_weight: 4500,
        pass_weight: 1833,
        s0_settled_weight: 2000,
        settled: 1333,
        s0_days: '1101',
        pass_days: '1001',
        fail_days: '1100',
        s0_pass3: 666,
      },
      expect.objectContaining({
        device_id: OTHER_DEVICE,
        s0_weight: 1000,
        s0_settled_weight: 0,
        fail_days: null,
      }),
    ])
  })

  test('measured_network caps each device, and counts distinct devices, days and hours', async () => {
    const rule = { ...FLOOR, deviceCap: 5 }
    const figures = scopeOf(rule).figures.ofRules[0]!
    const rows = await rowsOf(
      [
        given('device', DEVICE_ROW, [
          {
            s0_samples: 9,
            s0_pass1_passes: 6,
            s0_weight: 9000,
            s0_pass1: 6000,
            s0_settled_weight: 8000,
            s0_pass1_settled: 7000,
            s0_hours: 3,
            s0_pass2: 4500,
            s0_days: '1100',
            s0_pass1_pass_days: '1100',
            s0_pass1_fail_days: '0100',
            s0_peak_samples: 2,
            s0_no_service: 1,
          },
          {
            device_id: OTHER_DEVICE,
            s0_samples: 2,
            s0_weight: 2000,
            s0_hours: 6,
            s0_days: '0011',
            s0_pass1_fail_days: '0011',
            s0_last_measured_at: '2026-05-12T00:00Z',
          },
          // A device of which this rule judges no sample, and a network of such devices.
          { device_id: null, s0_samples: 0, s0_weight: 0, s0_hours: null, s0_last_measured_at: null },
          { technology: '5g', s0_samples: 0, s0_weight: 0, s0_hours: null, s0_last_measured_at: null },
          {
            technology: 'fibre',
            s0_pass1_passes: 1,
            s0_pass1: 1000,
            s0_days: '1000',
            s0_pass1_pass_days: '1000',
          },
          { technology: 'satellite_geo' },
        ]),
        networkFiguresStage(scopeOf(rule)),
        measuredNetworkStage(judgementScope(rule, WINDOW, null), figures),
      ],
      raw(`SELECT technology, samples, passes, no_service, peak_samples, hours::integer, last_measured_at,
        weight::integer, pass_weight::integer, settled_weight::integer, settled_pass_weight::integer, devices, pass_devices,
        fail_devices, days::integer, pass_days::integer, fail_days::integer, download_2::integer
        FROM measured_network ORDER BY technology`),
    )
    expect(rows).toEqual([
      {
        technology: '4g',
        samples: 11,
        passes: 6,
        no_service: 1,
        peak_samples: 2,
        hours: 3,
        last_measured_at: new Date('2026-05-12T00:00:00Z'),
        // 9 samples of the first device weigh 5, and so do their 6 passes in proportion: 6000 * 5000 / 9000.
        weight: 7000,
        pass_weight: 3333,
        settled_weight: 5000,
        settled_pass_weight: 4375,
        devices: 2,
        pass_devices: 1,
        fail_devices: 2,
        days: 4,
        pass_days: 2,
        fail_days: 3,
        download_2: 2500,
      },
      expect.objectContaining({ technology: 'fibre', weight: 1000, days: 1, pass_days: 1, fail_days: 0 }),
    ])
  })

  test('what a device weighs above its cap is cut off in whole thousandths, as the domain does, not rounded', async () => {
    const scope = scopeOf({ ...FLOOR, deviceCap: 5 })
    const days = Array.from({ length: 7 }, (_, i) => ({
      day: `2026-05-2${i}`,
      s0_free0: i === 0 ? 0 : 30_000_000,
    }))
    const rows = await rowsOf(
      [given('sample', SAMPLE, days), deviceDayStage(scope), deviceStage(scope), networkFiguresStage(scope)],
      raw('SELECT s0_weight::text, s0_pass1::text FROM network_figures'),
    )
    // 6 of 7 passes: 6000 * 5000 / 7000 = 4285.7.
    expect(rows).toEqual([{ s0_weight: '5000', s0_pass1: '4285' }])
  })

  test('plan_probe gives an item the probes of its network in its cells since its day of service', async () => {
    const PLAN_ITEM: Columns = {
      code: ['text', 'a'],
      operator: ['text', 'iam'],
      technology: ['text', '4g'],
      cells: ['bigint[]', ['1', '2']],
      in_service_on: ['date', '2026-05-10'],
      ended_at: ['timestamptz', null],
    }
    const items = given('plan_item', PLAN_ITEM, [
      { code: 'b' },
      { code: 'a', cells: ['2', '3'] },
      { code: 'a', ended_at: '2026-05-01T00:00Z' },
      { code: 'not asked for' },
    ])
    // 10 May begins at 23:00 UTC of the day before.
    const probes = given('probe', PROBE, [
      { id: idOf(1), cell: '1' },
      { id: idOf(2), cell: '2' },
      { id: idOf(3), cell: '3', measured_at: '2026-05-09T23:00Z' },
      { id: idOf(4), cell: '3', measured_at: '2026-05-09T22:59Z' },
      { id: idOf(5), cell: '3', operator: 'inwi' },
      { id: idOf(6), cell: '4' },
    ])
    const rows = await rowsOf(
      [items, probes, planProbeStage(['a', 'b'])],
      raw(
        `SELECT cell::integer AS item, place::integer, right(id::text, 1) AS id FROM plan_probe ORDER BY 1, 2`,
      ),
    )
    expect(rows.map(({ item, place, id }) => [item, place, id])).toEqual([
      [1, 2, '2'],
      [1, 3, '3'],
      [2, 1, '1'],
      [2, 2, '2'],
    ])
  })

  test('reached_cells counts the cells in which the rule has samples of an item', async () => {
    const sample = given('sample', SAMPLE, [
      { place: '7' },
      { place: '7' },
      { place: '8' },
      { place: '9', s0: false },
      { cell: '2', place: '7', s0: false },
    ])
    const rows = await rowsOf([sample, reachedCellsStage(scopeOf(FLOOR).figures.ofRules[0]!)])
    expect(rows).toEqual([{ cell: '1', cells_measured: 2 }])
  })
})

/** The arguments after the first. */
type TailOf<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never
