/** The stages from probes to measured networks, each fed with rows by hand. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { deviceDayStage, weightedDayStage } from '../../../libs/store/classification/device-days.js'
import { deviceStage } from '../../../libs/store/classification/devices.js'
import { measuredNetworkStage } from '../../../libs/store/classification/networks.js'
import { planProbeStage, reachedCellsStage } from '../../../libs/store/classification/plan-items.js'
import { sampleStage } from '../../../libs/store/classification/samples.js'
import { judgementScope } from '../../../libs/store/classification/scope.js'
import { raw } from '../../../libs/store/database/sql.js'
import { ENGINES, type TestDatabase, freshDatabase } from '../../support/database.js'
import { type Columns, given, rowsOfStages } from './given.js'
import { LADDER } from './network-rows.js'

const FLOOR: Rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
const WINDOW = {
  from: new Date('2026-05-01T00:00:00Z'),
  to: new Date('2026-05-31T12:00:00Z'),
  knownBefore: new Date('2026-06-01T00:00:00Z'),
}
const scopeOf = (rule: Rule) => judgementScope(rule, WINDOW, null)
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
  local: ['timestamp', '2026-05-10 11:00:00'],
  is_silent: ['boolean', false],
  is_pass: ['boolean', true],
  free_download: ['bigint', 30_000_000],
}
const DEVICE_DAY: Columns = {
  cell: ['bigint', '1'],
  operator: ['text', 'iam'],
  technology: ['text', '4g'],
  device_id: ['uuid', DEVICE],
  day: ['date', '2026-05-10'],
  samples: ['integer', 1],
  passes: ['integer', 0],
  no_service: ['integer', 0],
  peak_samples: ['integer', 0],
  hours: ['integer', 1],
  last_measured_at: ['timestamptz', '2026-05-10T10:00:00Z'],
  ...LADDER,
}
const WEIGHTED_DAY: Columns = {
  ...DEVICE_DAY,
  weight: ['integer', 1000],
  is_settled: ['boolean', false],
  day_bit: ['varbit', '0000'],
}
const DEVICE_ROW: Columns = {
  ...Object.fromEntries(Object.entries(DEVICE_DAY).filter(([name]) => name !== 'day')),
  weight: ['bigint', 1000],
  pass_weight: ['bigint', 0],
  settled_weight: ['bigint', 0],
  settled_pass_weight: ['bigint', 0],
  pass_days: ['varbit', null],
  fail_days: ['varbit', null],
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
    const strict: Rule = {
      ...FLOOR,
      minUploadBps: 3_000_000,
      maxLatencyMs: 100,
      technologies: ['4g', 'wifi_unknown'],
    }
    const samples = (
      probes: Parameters<typeof given>[2],
      flags: Parameters<typeof given>[2] = [],
      rule = strict,
    ) =>
      rowsOf([
        given('probe', PROBE, probes),
        given('probe_flag', PROBE_FLAG, flags),
        sampleStage(scopeOf(rule), { relation: 'probe', cellColumn: 'cell' }),
      ])

    test('has the local time, and whether the sample meets every threshold', async () => {
      const rows = await samples([
        { measured_at: '2026-05-10T23:30:00Z' },
        { latency_ms: 100.5 },
        { upload_bps: 2_999_999 },
        { download_bps: 1_999_999 },
        { outcome: 'no_service', download_bps: null, upload_bps: null, latency_ms: null },
      ])
      expect(rows.map(({ is_pass, is_silent }) => [is_pass, is_silent])).toEqual([
        [true, false],
        [false, false],
        [false, false],
        [false, false],
        [false, true],
      ])
      // The driver reads a time without a zone in the zone of this process.
      expect(rows[0]!['local']).toEqual(new Date(2026, 4, 11, 0, 30))
    })

    test('has the figure of each metric where all the others are met', async () => {
      const rows = await samples([
        {},
        { latency_ms: 100.5 },
        { upload_bps: 2_000_000, latency_ms: 100.5 },
        { outcome: 'no_service', download_bps: null, upload_bps: null, latency_ms: null },
      ])
      const free = rows.map((row) =>
        ['free_download', 'free_upload', 'free_latency'].map((name) => row[name]),
      )
      expect(free).toEqual([
        ['30000000', '5000000', 40],
        [null, null, 100.5],
        [null, null, null],
        [null, null, null],
      ])
    })

    test('leaves out what the rule cannot judge, and names nobody with an empty text', async () => {
      const rows = await samples([
        { operator: null, technology: null },
        { operator: 'inwi', technology: 'fibre' },
        { operator: 'inwi', outcome: 'failed' },
        { operator: 'inwi', latency_ms: null },
        { operator: 'inwi', counted: false },
      ])
      expect(rows.map((row) => [row['operator'], row['technology']])).toEqual([['', '']])
      expect(await samples([{ technology: null }], [], { ...strict, technologies: ['4g'] })).toEqual([])
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
            { local: '2026-05-10 00:10', measured_at: '2026-05-09T23:10Z' },
            {
              local: '2026-05-10 19:00',
              measured_at: '2026-05-10T18:00Z',
              is_pass: false,
              free_download: 1_500_000,
            },
            {
              local: '2026-05-10 23:00',
              measured_at: '2026-05-10T22:00Z',
              is_pass: false,
              is_silent: true,
              free_download: null,
            },
            { local: '2026-05-11 22:59', measured_at: '2026-05-11T21:59Z' },
            { device_id: null },
            { device_id: null },
          ]),
          deviceDayStage(scopeOf(FLOOR)),
        ],
        raw(`SELECT device_id, day::text, samples, passes, no_service, peak_samples, hours, last_measured_at,
          download_0, download_1, download_7 FROM device_day ORDER BY device_id, day`),
      )
      expect(rows).toEqual([
        {
          device_id: DEVICE,
          day: '2026-05-10',
          samples: 3,
          passes: 1,
          no_service: 1,
          peak_samples: 1,
          hours: (1 << 0) | (1 << 19) | (1 << 23),
          last_measured_at: new Date('2026-05-10T22:00:00Z'),
          download_0: 2,
          download_1: 1,
          download_7: 0,
        },
        expect.objectContaining({ day: '2026-05-11', samples: 1, peak_samples: 1, hours: 1 << 22 }),
        expect.objectContaining({ device_id: null, samples: 2, passes: 2, hours: 1 << 11 }),
      ])
    })

    test('has only the hours of a rule that names some', async () => {
      const peak = { ...FLOOR, peakHours: { from: 19, to: 23 } }
      const locals = ['18:59', '19:00', '22:59', '23:00'].map((time) => ({ local: `2026-05-10 ${time}` }))
      const rows = await rowsOf([given('sample', SAMPLE, locals), deviceDayStage(scopeOf(peak))])
      expect(rows).toMatchObject([{ samples: 2, hours: (1 << 19) | (1 << 22) }])
    })
  })

  test('weighted_day caps a day, halves it by age and says whether it is settled and which day it is', async () => {
    const rule = { ...FLOOR, deviceDayCap: 6, halfWeightAfterDays: 20, settleDays: 14 }
    // The window ends on the local day 31 May; 11 May lies 20 days before, 17 May 14.
    const days = ['2026-05-10', '2026-05-11', '2026-05-16', '2026-05-17'].map((day) => ({ day, samples: 9 }))
    const rows = await rowsOf(
      [
        given('device_day', DEVICE_DAY, [...days, { day: '2026-05-31', samples: 4 }]),
        weightedDayStage(scopeOf(rule)),
      ],
      raw(`SELECT weight, is_settled, position('1' in day_bit::text) - 1 AS bit, length(day_bit) AS days,
        bit_count(day_bit)::integer AS bits FROM weighted_day`),
    )
    const common = { days: 33, bits: 1 }
    // The first bit is 1 May, the local day on which the window begins.
    expect(rows).toEqual([
      { weight: 3000, is_settled: true, bit: 9, ...common },
      { weight: 6000, is_settled: true, bit: 10, ...common },
      { weight: 6000, is_settled: true, bit: 15, ...common },
      { weight: 6000, is_settled: false, bit: 16, ...common },
      { weight: 4000, is_settled: false, bit: 30, ...common },
    ])
  })

  test('device adds up the days of a device, each pass with the weight of its day', async () => {
    const rows = await rowsOf(
      [
        given('weighted_day', WEIGHTED_DAY, [
          // 2 of 3 samples pass and all weigh 2 samples: 1333 thousandths, rounded down.
          { samples: 3, passes: 2, weight: 2000, is_settled: true, day_bit: '1000', hours: 1, download_3: 1 },
          { samples: 2, passes: 0, weight: 2000, day_bit: '0100', hours: 6, no_service: 1, peak_samples: 2 },
          {
            samples: 1,
            passes: 1,
            weight: 500,
            day_bit: '0001',
            hours: 4,
            last_measured_at: '2026-05-12T00:00Z',
          },
          { device_id: OTHER_DEVICE, samples: 1, passes: 1, day_bit: '0010' },
        ]),
        deviceStage({ rule: FLOOR }),
      ],
      raw(`SELECT device_id, samples::integer, passes::integer, no_service::integer, peak_samples::integer, hours,
        last_measured_at, weight::integer, pass_weight::integer, settled_weight::integer, settled_pass_weight::integer,
        pass_days::text, fail_days::text, download_3::integer FROM device ORDER BY device_id`),
    )
    expect(rows).toEqual([
      {
        device_id: DEVICE,
        samples: 6,
        passes: 3,
        no_service: 1,
        peak_samples: 2,
        hours: 7,
        last_measured_at: new Date('2026-05-12T00:00:00Z'),
        weight: 4500,
        pass_weight: 1833,
        settled_weight: 2000,
        settled_pass_weight: 1333,
        pass_days: '1001',
        fail_days: '1100',
        download_3: 666,
      },
      expect.objectContaining({ device_id: OTHER_DEVICE, weight: 1000, settled_weight: 0, fail_days: null }),
    ])
  })

  test('measured_network caps each device, and counts distinct devices, days and hours', async () => {
    const rows = await rowsOf(
      [
        given('device', DEVICE_ROW, [
          {
            samples: 9,
            passes: 6,
            weight: 9000,
            pass_weight: 6000,
            settled_weight: 8000,
            settled_pass_weight: 7000,
            hours: 3,
            pass_days: '1100',
            fail_days: '0100',
            download_2: 4500,
            peak_samples: 2,
            no_service: 1,
          },
          {
            device_id: OTHER_DEVICE,
            samples: 2,
            weight: 2000,
            hours: 6,
            fail_days: '0011',
            last_measured_at: '2026-05-12T00:00Z',
          },
          { technology: 'fibre', passes: 1, pass_weight: 1000, pass_days: '1000' },
        ]),
        measuredNetworkStage({ rule: { ...FLOOR, deviceCap: 5 } }),
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

  test('reached_cells counts the cells in which an item was measured, at the hours of the rule', async () => {
    const sample = given('sample', SAMPLE, [
      { place: '7' },
      { place: '7' },
      { place: '8' },
      { place: '9', local: '2026-05-10 12:00' },
      { cell: '2', place: '7', local: '2026-05-10 12:00' },
    ])
    const rule = { ...FLOOR, peakHours: { from: 11, to: 12 } }
    expect(await rowsOf([sample, reachedCellsStage({ rule })])).toEqual([{ cell: '1', cells_measured: 2 }])
  })
})

/** The arguments after the first. */
type TailOf<F> = F extends (first: never, ...rest: infer R) => unknown ? R : never
