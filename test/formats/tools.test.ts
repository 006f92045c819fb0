/** Results of other tools: every format by a documented or real sample, and what a damaged one says. */
import { UnreadableFileError } from '#formats/file'
import { type DetectedFormat, ImportQuestion, type ResultsOptions, readResults } from '#formats/tools'
import { judgeRecord } from '#ingest'
import { MOROCCO_BOUNDS, type ProbeInput } from '#domain/probe'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import writeXlsxFile from 'write-excel-file/node'
import { inPieces } from './files.js'

const NOW = Date.UTC(2026, 5, 1)
const sample = (name: string): Buffer => readFileSync(new URL(`./samples/${name}`, import.meta.url))

interface Read extends DetectedFormat {
  probes: ProbeInput[]
  problems: string[]
}

async function read(bytes: Buffer | string, change: Partial<ResultsOptions> = {}): Promise<Read> {
  const found: DetectedFormat = { format: null, unit: null, notes: [] }
  const options = { format: null, unit: null, ...change }
  const result: Read = { ...found, probes: [], problems: [] }
  for await (const batch of readResults(inPieces(Buffer.from(bytes), 100), options, found))
    for (const { document, rejectionReason: problem } of batch)
      if (problem === undefined) result.probes.push(document as ProbeInput)
      else result.problems.push(problem)
  return { ...result, ...found }
}

const SPEEDS = { outcome: 'ok', downloadBps: 12_500_000, uploadBps: 3_250_000 }
const AT = '2026-03-01T09:30:00.000Z'

describe('a sample of', () => {
  test.each<[string, string, object, Partial<ResultsOptions>?]>([
    [
      'ndt7-client.json',
      'ndt7',
      {
        outcome: 'ok',
        measuredAt: '2026-03-01T09:30:00.123Z',
        downloadBps: 12_480_000,
        uploadBps: 3_000_000,
        latencyMs: 41.5,
        lossRatio: 0.01,
        downloadBytes: 15_650_816,
        uploadMs: 9_990,
        clientAddress: '105.66.4.7',
        downloadTest: 'ndt-abcde_1700000000_0000000000012345',
        uploadTest: 'ndt-abcde_1700000000_0000000000012346',
      },
    ],
    [
      'ndt7-archive.json',
      'ndt7',
      {
        outcome: 'ok',
        measuredAt: '2026-03-01T09:30:00.500Z',
        downloadBps: 10_000_000,
        latencyMs: 40,
        lossRatio: 0,
        downloadMs: 10_000,
      },
    ],
    [
      'ndt7-summary.json',
      'ndt7',
      { ...SPEEDS, latencyMs: 38.2, lossRatio: 0.015, measuredAt: AT },
      { measuredAt: AT },
    ],
    [
      'ookla.json',
      'ookla',
      {
        ...SPEEDS,
        id: '4b1e6a2c-8d3f-4f6a-9a51-0c1d2e3f4a5b',
        measuredAt: AT,
        latencyMs: 24.5,
        jitterMs: 1.25,
        lossRatio: 0.025,
        downloadMs: 10_004,
        clientAddress: '105.66.4.7',
        operator: 'Maroc Telecom',
      },
    ],
    [
      'speedtest-cli.json',
      'speedtest-cli',
      {
        ...SPEEDS,
        downloadBps: 12_500_001,
        measuredAt: '2026-03-01T09:30:00.123Z',
        latencyMs: 24.5,
        downloadBytes: 15_730_012,
      },
    ],
    [
      'librespeed-cli.json',
      'librespeed',
      { ...SPEEDS, measuredAt: '2026-03-01T09:30:00.500Z', latencyMs: 24.5, jitterMs: 1.25 },
    ],
    [
      'librespeed-telemetry.json',
      'librespeed',
      { ...SPEEDS, latencyMs: 24.5, jitterMs: 1.25, measuredAt: AT },
      { measuredAt: AT },
    ],
    [
      'librespeed-telemetry.csv',
      'librespeed',
      { ...SPEEDS, latencyMs: 24.5, jitterMs: 1.25, measuredAt: AT },
    ],
    [
      'iperf3-reverse.json',
      'iperf3',
      {
        outcome: 'ok',
        downloadBps: 12_500_000,
        measuredAt: AT,
        latencyMs: 24.5,
        downloadBytes: 15_625_000,
        downloadMs: 10_000,
      },
    ],
    [
      'iperf3-stream.ndjson',
      'iperf3',
      // What arrived: the sum of a UDP test is that of what was sent.
      { outcome: 'ok', uploadBps: 3_168_750, measuredAt: AT, jitterMs: 1.25, lossRatio: 0.025 },
    ],
    [
      'cloudflare.json',
      'cloudflare',
      { ...SPEEDS, latencyMs: 24.5, jitterMs: 1.25, lossRatio: 0.025 },
      { measuredAt: AT },
    ],
    [
      'giga.json',
      'giga',
      {
        ...SPEEDS,
        downloadBps: 12_500_500,
        id: '6f9f7d1e-2b3c-4d5e-8f90-112233445566',
        latencyMs: 24,
        operator: 'inwi',
        downloadTest: 'ndt-g_1',
      },
    ],
    [
      'rmbt.csv',
      'rmbt',
      {
        ...SPEEDS,
        id: '22222222-2222-4222-8222-222222222222',
        measuredAt: AT,
        technology: '4g',
        latencyMs: 24.5,
        accuracyM: 12,
        operator: 'Maroc Telecom',
        signalDbm: -98,
      },
    ],
    [
      'plain-fr.csv',
      'csv',
      {
        ...SPEEDS,
        measuredAt: AT,
        lat: 34.02,
        lng: -6.84,
        technology: '4g',
        latencyMs: 24.5,
        lossRatio: 0.025,
      },
    ],
    [
      'plain-ar.csv',
      'csv',
      { ...SPEEDS, measuredAt: AT, technology: '4g', operator: 'اتصالات المغرب', latencyMs: 24.5 },
    ],
    [
      'plain-en.csv',
      'csv',
      { ...SPEEDS, measuredAt: AT, technology: 'fibre', jitterMs: 1.25, lossRatio: 0.025 },
    ],
  ])('%s is %s, read in its own units', async (name, format, expected, options) => {
    const { probes, format: found } = await read(sample(name), options)
    expect(found).toBe(format)
    expect(probes[0]).toMatchObject(expected)
    const judged = judgeRecord(
      { lat: 34, lng: -6.8, ...probes[0] },
      { device: null, bounds: MOROCCO_BOUNDS, now: NOW },
    )
    expect(judged).toHaveProperty('row')
    expect((judged as { row: { raw: string } }).row.raw).not.toBeNull()
    const packed = await read(gzipSync(sample(name)), options)
    expect(packed.probes).toEqual(probes)
    const said = await read(sample(name), { ...options, format: format as never })
    expect(said.probes).toEqual(probes)
  })

  test('rows that say no service are that, wrong ones name the column and the value', async () => {
    const french = await read(sample('plain-fr.csv'))
    expect(french.probes.map((p) => p.outcome)).toEqual(['ok', 'no_service'])
    expect(french.probes[1]!.measuredAt).toBe('2026-03-01T10:00:00.000Z')
    expect(french.problems).toEqual([
      'Date “31/02/2026 09:30”: is not a time such as 2026-03-01 09:30',
      'Technologie “6G”: is not a known technology',
    ])
    expect((await read(sample('plain-ar.csv'))).probes[1]!.outcome).toBe('no_service')
    expect((await read(sample('rmbt.csv'))).problems).toEqual([
      'download_kbit “abc”: is not a speed such as “20” or “20 Mbit/s”',
    ])
  })
})

test.each(['débit descendant (%s)', 'Download %s', 'التنزيل (%s)'])(
  'a speed in “%s” is the same in every unit, in the header, in the cell or said',
  async (header) => {
    const units = { 'bit/s': 1, 'kbit/s': 1e3, 'Mbit/s': 1e6, 'Gbit/s': 1e9 } as const
    const unit = fc.constantFrom(...(Object.keys(units) as (keyof typeof units)[]))
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1e12 }), unit, async (bps, name) => {
        const figure = (bps / units[name]).toFixed(9)
        const bare = header.replace(/ ?\(?%s\)?/u, '')
        const row = (cell: string) => `\n2026-03-01 10:30;${cell}\n`
        for (const { probes } of [
          await read(`date;${header.replace('%s', name)}${row(figure)}`),
          await read(`date;${header.replace('%s', name)}${row(figure.replace('.', ','))}`),
          await read(`date;${bare}${row(`${figure} ${name}`)}`),
          await read(`date;${bare}${row(figure)}`, { unit: name }),
        ])
          expect(probes[0]!.downloadBps).toBe(bps)
      }),
      { numRuns: 100 },
    )
  },
)

test('a workbook: dates, times of day and figures as they were typed, in the country’s time', async () => {
  const date = (value: Date, format: string) => ({ value, type: Date, format })
  const rows = [
    ['Date', 'Heure', 'Débit descendant (Mbit/s)', 'Débit montant (Mbit/s)'].map((value) => ({ value })),
    [
      date(new Date('2026-07-15T00:00:00Z'), 'dd/mm/yyyy'),
      // Half past ten, as Excel keeps it.
      date(new Date('1899-12-30T10:30:00Z'), 'hh:mm'),
      { value: 12.5 },
      { value: 3.25 },
    ],
    [date(new Date('2026-07-15T10:30:00Z'), 'dd/mm/yyyy hh:mm'), null, { value: 12.5 }, { value: '3,25' }],
  ]
  const { probes, problems, format } = await read(await writeXlsxFile(rows).toBuffer())
  expect(problems).toEqual([])
  expect(format).toBe('csv')
  const expected = { ...SPEEDS, measuredAt: '2026-07-15T09:30:00.000Z' }
  expect(probes).toMatchObject([expected, expected])
})

describe('what only a person can tell is asked', () => {
  test.each<[string, string | Buffer, RegExp]>([
    [
      'the unit of a table',
      sample('no-unit.csv'),
      /In which unit is the column “download”\? Say unit=Mbit\/s/,
    ],
    ['octets', 'date,download (MB/s)\n2026-03-01 10:30,3\n', /in bits or in octets/],
    ['the time of a document without one', sample('cloudflare.json'), /When was it measured\?.*measuredAt=/],
    [
      'bit/s or Mbit/s of a shape that several tools have',
      '{"download":12.5,"upload":3.2,"ping":20}',
      /format=speedtest-cli or cloudflare.*format=librespeed/,
    ],
    [
      'the tool of an unknown document',
      '{"throughput":3}',
      /Which tool wrote this document\? It has the members: throughput/,
    ],
    ['the columns of a table without header', '1410625600,31.27,5.85,"Mbit"\n', /No header row/],
    ['the direction of half a result', '{"LastClientMeasurement":{"MeanClientMbps":3}}', /./],
  ])('%s', async (_, bytes, question) => {
    const asked = await read(bytes).then(
      ({ problems }) => problems[0],
      (error: unknown) => {
        expect(error).toBeInstanceOf(ImportQuestion)
        return (error as Error).message
      },
    )
    expect(asked).toMatch(question)
  })

  test('and the answer is enough', async () => {
    expect((await read(sample('no-unit.csv'), { unit: 'Mbit/s' })).probes[0]).toMatchObject(SPEEDS)
    expect((await read(sample('no-unit.csv'), { unit: 'kbit/s' })).probes[0]).toMatchObject({
      downloadBps: 12_500,
    })
    const shape = '{"download":12.5,"upload":3.25,"ping":20,"timestamp":"2026-03-01T09:30:00Z"}'
    expect((await read(shape, { format: 'librespeed' })).probes[0]).toMatchObject(SPEEDS)
    expect((await read(shape, { format: 'speedtest-cli' })).probes[0]).toMatchObject({ downloadBps: 13 })
  })
})

describe('damaged', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    [
      'ndt7-client.json',
      (t) => t.replace('15600000', '"many"'),
      /LastServerMeasurement.TCPInfo.BytesAcked is "many": must be a number/,
    ],
    ['ndt7-archive.json', (t) => t.replace('12500000', '[]'), /TCPInfo.BytesAcked is \[\]/],
    [
      'ndt7-summary.json',
      (t) => t.replace('"Mbit/s"', '"MByte/s"'),
      /Download.Throughput.Unit is "MByte\/s": expected Mbit\/s/,
    ],
    ['ookla.json', (t) => t.replace('1562500,', '{},'), /download.bandwidth is \{\}/],
    [
      'speedtest-cli.json',
      (t) => t.replace('2026-03-01T09:30:00.123456Z', 'yesterday'),
      /timestamp is "yesterday"/,
    ],
    ['librespeed-cli.json', (t) => t.replace('12.5,', '"fast",'), /download is "fast"/],
    ['librespeed-telemetry.json', (t) => t.replace('"12.50"', '"12,50 "'), /dl is "12,50 "/],
    [
      'iperf3-reverse.json',
      (t) => t.replace('"sum_received"', '"sum_lost"'),
      /end.sum_received is missing: the test was cut short/,
    ],
    ['cloudflare.json', (t) => t.replace('0.025', '"2,5 %"'), /packetLoss is "2,5 %"/],
    ['giga.json', (t) => t.replace('12500.5', 'true'), /Download is true/],
  ])('%s says which member is wrong', async (name, damage, problem) => {
    const { probes, problems } = await read(damage(sample(name).toString()), { measuredAt: AT })
    expect(probes).toEqual([])
    expect(problems[0]).toMatch(problem)
  })

  test('failed tests are kept as failed', async () => {
    const iperf =
      '{"start":{"timestamp":{"timesecs":1772357400}},"intervals":[],"end":{},"error":"unable to connect"}'
    const ookla =
      '{"type":"log","timestamp":"2026-03-01T09:30:00Z","message":"Cannot open socket","level":"error"}'
    expect((await read(`${iperf}\n${ookla}`)).probes).toMatchObject([
      { outcome: 'failed', tool: 'iperf3', measuredAt: AT },
      { outcome: 'failed', tool: 'ookla', measuredAt: AT },
    ])
  })

  test('a cut document is a fault of the file', async () => {
    await expect(read(sample('ndt7-client.json').subarray(0, 300))).rejects.toThrow(UnreadableFileError)
    await expect(read('')).rejects.toThrow('the file is empty')
  })

  test('no mutation of a document ends in anything but a probe, a problem, a question or a fault of the file', async () => {
    const names = [
      'ndt7-client.json',
      'ookla.json',
      'iperf3-reverse.json',
      'giga.json',
      'speedtest-cli.json',
      'plain-fr.csv',
      'rmbt.csv',
    ]
    const junk = fc.constantFrom('null', '[]', '{}', '"x"', '-1', '1e999', 'true', '', '\\u0000', '",', ';;')
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.nat({ max: 40 }),
        junk,
        async (name, at, cut, put) => {
          const text = sample(name).toString()
          const from = at % text.length
          const broken = text.slice(0, from) + put + text.slice(from + cut)
          try {
            const { probes } = await read(broken, { measuredAt: AT })
            for (const probe of probes)
              judgeRecord(
                { lat: 34, lng: -6.8, ...probe },
                { device: null, bounds: MOROCCO_BOUNDS, now: NOW },
              )
          } catch (error) {
            expect(
              [ImportQuestion, UnreadableFileError].some((kind) => error instanceof kind),
              String(error),
            ).toBe(true)
          }
        },
      ),
      { numRuns: 1_500, seed: 20261124 },
    )
  })
})

describe('the id of a record', () => {
  test('is that of the document and the site: again is the same, elsewhere is another', async () => {
    const id = async (site: string, text = sample('plain-en.csv')) =>
      (await read(text, { site })).probes[0]!.id
    expect(await id('S1')).toBe(await id('S1'))
    expect(await id('S1')).not.toBe(await id('S2'))
    expect(await id('S1')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })
})

describe('a time without an offset', () => {
  test.each([
    // Morocco is one hour ahead of UTC, in Ramadan (18 February to 19 March 2026) it is not.
    ['2026-01-15 10:30', '2026-01-15T09:30:00.000Z'],
    ['2026-07-15T10:30:15', '2026-07-15T09:30:15.000Z'],
    ['15/07/2026 10:30', '2026-07-15T09:30:00.000Z'],
    ['2026-07-15 10:30:00.250', '2026-07-15T09:30:00.250Z'],
    ['2026-07-15T10:30:00+03:00', '2026-07-15T07:30:00.000Z'],
    ['2026-07-15 10:30 UTC', '2026-07-15T10:30:00.000Z'],
    ['1772357400', AT],
    ['1772357400000', AT],
  ])('%s is the country’s: %s', async (text, expected) => {
    const { probes, problems } = await read(`date;débit descendant (Mbit/s)\n${text};3\n`)
    expect(problems).toEqual([])
    expect(probes[0]!.measuredAt).toBe(expected)
  })

  test.each(['2026-02-30 10:00', '32/01/2026', '2026-01-15 25:00', '2026-01-15 10:61', 'hier'])(
    '%s is none',
    async (text) => {
      expect((await read(`date;débit (Mbit/s);download Mbps\n${text};3;3\n`)).problems[0]).toContain(
        'is not a time',
      )
    },
  )
})
