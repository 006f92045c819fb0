/** Results of tools: units are asked, and a record is a measurement only if it shows one. */
import { type DetectedFormat, ImportQuestion, type ResultsOptions, readResults } from '#formats/tools'
import { judgeRecord } from '#ingest'
import { MOROCCO_BOUNDS } from '#domain/probe'
import { describe, expect, test } from 'vitest'
import { bytes } from './files.js'

const AT = '2026-03-01T09:30:00Z'

type Probe = Record<string, unknown>

/** The probes, the reasons of the others, and what was found of the file. */
async function read(text: string, change: Partial<ResultsOptions> = {}) {
  const detected: DetectedFormat = { format: null, unit: null, notes: [] }
  const result = { probes: [] as Probe[], reasons: [] as string[], records: 0, detected }
  for await (const batch of readResults(bytes(text), { format: null, unit: null, ...change }, detected))
    for (const { document, rejectionReason, flags } of batch) {
      result.records++
      if (rejectionReason === undefined)
        result.probes.push({ ...(document as Probe), ...(flags && { flags }) })
      else result.reasons.push(rejectionReason)
    }
  return result
}

const question = (text: string, change: Partial<ResultsOptions> = {}): Promise<string> =>
  read(text, change).then(
    () => 'nothing',
    (error: unknown) => {
      expect(error).toBeInstanceOf(ImportQuestion)
      return (error as Error).message
    },
  )

describe('units are asked, and the question offers an answer that is right', () => {
  test('a comma before exactly three digits', async () => {
    const table =
      'date;download (kbit/s);latence (ms)\n2026-03-01 10:00;20,480;12\n2026-03-01 11:00;512,5;12\n'
    expect(await question(table)).toContain(
      '“20,480” in the column “download (kbit/s)” 20.48 or 20480? Say decimal=comma',
    )
    expect((await read(table, { decimal: 'comma' })).probes.map((p) => p['downloadBps'])).toEqual([
      20_480, 512_500,
    ])
    const english = table.replace('512,5', '"1,024.5"')
    expect((await read(english, { decimal: 'point' })).probes.map((p) => p['downloadBps'])).toEqual([
      20_480_000, 1_024_500,
    ])
    expect(await question('date;download (Mbit/s);ping\n2026-03-01 10:00;20;1,250\n')).toContain(
      '“1,250” in the column “ping”',
    )
  })

  test.each(['0,125', '12,5', '12,3456', '1234,567', '1 234,5'])('%s can only be one number', async (text) =>
    expect((await read(`date;download (Mbit/s)\n2026-03-01 10:00;${text}\n`)).probes).toHaveLength(1),
  )

  test.each(['35,086', '-4,127'])('in degrees a comma never separates thousands: %s', async (degrees) => {
    const { probes } = await read(`date;lat;download (Mbit/s)\n2026-03-01 10:00;${degrees};3\n`)
    expect(probes[0]!['lat']).toBe(Number(degrees.replace(',', '.')))
  })

  test('loss without a unit', async () => {
    const table = (header: string, loss: string) =>
      `date,download (Mbit/s),${header}\n2026-03-01 10:00,3,${loss}\n`
    expect(await question(table('packet loss', '0.5'))).toContain(
      'in percent, or a ratio from 0 to 1? Say lossUnit=percent',
    )
    const ratio = async (text: string, change = {}) => (await read(text, change)).probes[0]!['lossRatio']
    expect(await ratio(table('packet loss', '0.5'), { lossUnit: 'percent' })).toBe(0.005)
    expect(await ratio(table('packet loss', '0.5'), { lossUnit: 'ratio' })).toBe(0.5)
    expect(await ratio(table('packet loss (%)', '0.5'))).toBe(0.005)
    expect(await ratio(table('loss_ratio', '0.5'))).toBe(0.5)
    expect(await ratio(table('packet loss', '0.5 %'))).toBe(0.005)
    expect(await ratio(table('packet loss', '0'))).toBe(0)
  })

  test('bytes a second, which have answers of their own', async () => {
    const table = 'date,download (MB/s)\n2026-03-01 10:00,3\n'
    expect(await question(table)).toMatch(/unit=Mbit\/s if it is bits, unit=MB\/s if it is bytes/)
    expect((await read(table, { unit: 'MB/s' })).probes[0]!['downloadBps']).toBe(24_000_000)
  })

  test('Ookla’s CSV is in bytes a second and percent; the time is asked', async () => {
    const csv =
      '"server name","server id","idle latency","idle jitter","packet loss","download","upload","download bytes","upload bytes","share url","download latency"\n' +
      '"Test - Fes","2","21.5","0.75","1.5","1562500","406250","15625000","4062500","","187.25"\n'
    expect(await question(csv)).toContain('When was it measured?')
    const { probes, detected } = await read(csv, { measuredAt: AT })
    expect(detected).toMatchObject({ format: 'ookla', unit: 'B/s' })
    expect(probes).toMatchObject([
      {
        downloadBps: 12_500_000,
        uploadBps: 3_250_000,
        latencyMs: 21.5,
        loadedLatencyMs: 187.25,
        jitterMs: 0.75,
        lossRatio: 0.015,
      },
    ])
    expect(await question(csv.split('\n')[1]!)).toContain('--output-header')
  })

  test('latencies in seconds and microseconds are milliseconds; a signal may have its unit in the cell', async () => {
    const { probes } = await read(
      'date,download (Mbit/s),latency (s),jitter (µs),signal\n2026-03-01 10:00,3,0.0245,1250,-98 dBm\n',
    )
    expect(probes[0]).toMatchObject({ latencyMs: 24.5, jitterMs: 1.25, signalDbm: -98 })
  })
})

describe('a record is a measurement only if it shows one', () => {
  const result = {
    type: 'result',
    timestamp: '2026-03-02T11:30:07Z',
    ping: { latency: 20 },
    download: { bandwidth: 1_562_500 },
    upload: { bandwidth: 406_250 },
  }
  const log = (timestamp: string, level = 'error') => ({
    type: 'log',
    timestamp,
    message: 'Cannot read',
    level,
  })
  const lines = (...documents: object[]) => documents.map((document) => JSON.stringify(document)).join('\n')

  test('Ookla: errors that were overcome, its progress, its warnings', async () => {
    const { probes, reasons, records } = await read(
      lines(
        { type: 'testStart', timestamp: '2026-03-02T11:29:30Z', isp: 'inwi' },
        log('2026-03-02T11:29:39Z', 'warning'),
        log('2026-03-02T11:29:40Z'),
        { type: 'download', timestamp: '2026-03-02T11:29:50Z', download: { bandwidth: 1e6, progress: 0.5 } },
        log('2026-03-02T11:29:55Z'),
        result,
      ),
    )
    expect(probes).toMatchObject([{ outcome: 'ok', downloadBps: 12_500_000 }])
    expect(records).toBe(6)
    expect(reasons).toEqual([
      'is a line of the type "testStart", not a result',
      'is a line of the type "log", not a result',
      'is a line of the type "download", not a result',
      'is a log line of a test whose result follows',
      'is a log line of a test whose result follows',
    ])
  })

  test('Ookla: a test that failed is one probe, however many errors it logged; the next test is another', async () => {
    const { probes, reasons } = await read(
      lines(log('2026-03-02T10:00:00Z'), log('2026-03-02T10:00:20Z'), log('2026-03-02T11:00:00Z'), {
        ...result,
        timestamp: '2026-03-02T12:00:00Z',
      }),
    )
    expect(probes.map((p) => [p['outcome'], p['measuredAt']])).toEqual([
      ['failed', '2026-03-02T10:00:00.000Z'],
      ['failed', '2026-03-02T11:00:00.000Z'],
      ['ok', '2026-03-02T12:00:00.000Z'],
    ])
    expect(reasons).toEqual(['is one more log line of a test that failed'])
  })

  test('Ookla: an error alone is a failed test once it is known whose it is, and when', async () => {
    const error = '{"error":"Timeout occurred in connect"}'
    expect(await question(error)).toContain('Say format=')
    expect(await question(error, { format: 'ookla' })).toContain('When was it measured?')
    expect((await read(error, { format: 'ookla', measuredAt: AT })).probes).toMatchObject([
      { outcome: 'failed' },
    ])
  })

  test('iperf3: each start of a stream is a test; one without its end was cut short', async () => {
    const run = (timesecs: number, bps: number) => [
      { event: 'start', data: { timestamp: { timesecs }, test_start: { reverse: 1 } } },
      { event: 'interval', data: {} },
      { event: 'end', data: { sum_received: { bits_per_second: bps, bytes: 1e7, seconds: 10 } } },
    ]
    const { probes, reasons } = await read(
      lines(...run(1_772_357_400, 5e6), ...run(1_772_400_600, 2e7), run(1_772_500_000, 1)[0]!),
    )
    expect(probes.map((p) => [p['measuredAt'], p['downloadBps']])).toEqual([
      ['2026-03-01T09:30:00.000Z', 5e6],
      ['2026-03-01T21:30:00.000Z', 2e7],
    ])
    expect(reasons).toEqual([expect.stringContaining('cut short')])
    expect((await read(lines({ event: 'end', data: {} }, ...run(1, 1)))).reasons[0]).toContain(
      'without the start',
    )
  })

  const bidir = (streams: object[], end: string) =>
    `{"start":{"timestamp":{"timesecs":1772357400},"test_start":{"reverse":0,"bidir":1}},"end":{"streams":${JSON.stringify(streams)},${end}}}`
  const stream = (sender: boolean, bps: number) => ({
    receiver: { sender, bits_per_second: bps, bytes: bps, seconds: 10 },
  })

  test('iperf3 --bidir: the streams say which direction is which', async () => {
    const twice = '"sum_received":{"bits_per_second":2e6},"sum_received":{"bits_per_second":4e7}'
    const { probes } = await read(bidir([stream(true, 1e6), stream(true, 1e6), stream(false, 4e7)], twice))
    expect(probes).toMatchObject([{ uploadBps: 2e6, downloadBps: 4e7 }])
    expect((await read(bidir([], twice))).reasons).toEqual([
      'the member “sum_received” stands twice in one object',
    ])
    const { reasons } = await read(bidir([stream(true, 1e6)], '"sum_received":{"bits_per_second":2e6}'))
    expect(reasons[0]).toContain('--bidir')
  })

  test.each([
    ['a probe', '{"measuredAt":"2026-03-01T09:30:00Z","outcome":"ok","downloadBps":1,"downloadBps":2}'],
    [
      'a result on a line',
      `{"download":1,"upload":2,"download":3,"timestamp":"${AT}","server":{"sponsor":"x"}}`,
    ],
    ['an element of an array', `[{"a":1},{"download":1,"download":3,"upload":2,"server":{"sponsor":"x"}}]`],
  ])('a member that stands twice in %s is seen', async (_, text) => {
    const reasons = await read(text, { format: text.startsWith('[') ? 'speedtest-cli' : null }).then(
      (r) => r.reasons,
    )
    expect(reasons).toContain(
      `the member “${text.includes('downloadBps') ? 'downloadBps' : 'download'}” stands twice in one object`,
    )
  })

  test.each<[string, string, Partial<ResultsOptions>, RegExp]>([
    ['ndt7, said of another document', '{"throughput":3}', { format: 'ndt7' }, /shows no result.*throughput/],
    [
      'Ookla, said of Cloudflare',
      '{"download":1,"upload":2,"totalDurationMs":3}',
      { format: 'ookla' },
      /document of cloudflare, not of ookla/,
    ],
    [
      'an event of ndt7-client',
      '{"Key":"measurement","Value":{"Test":"download"}}',
      {},
      /event of ndt7-client/,
    ],
    [
      'Giga without figures',
      `{"giga_id_school":"g","download":null,"upload":null,"timestamp":"${AT}"}`,
      {},
      /shows no result/,
    ],
    [
      'speedtest-cli that skipped both',
      `{"download":0,"upload":0,"timestamp":"${AT}","server":{"sponsor":"x"}}`,
      {},
      /shows no result/,
    ],
    ['a row of empty cells', 'date,download (Mbit/s),ping\n2026-03-01 10:00,,12\n', {}, /shows no result/],
    [
      'an outcome that is none',
      'date,download (Mbit/s),status\n2026-03-01 10:00,3,invalid\n',
      {},
      /not a known outcome/,
    ],
    ['a shape', '{"type":"Feature","properties":{"download":3},"geometry":null}', {}, /GeoJSON.*no result/],
  ])('%s', async (_, text, options, reason) => {
    const { probes, reasons } = await read(text, { measuredAt: AT, ...options })
    expect(probes).toEqual([])
    expect(reasons).toEqual([expect.stringMatching(reason)])
  })

  test('a direction that speedtest-cli skipped is not measured', async () => {
    const { probes } = await read(`{"download":7e6,"upload":0,"timestamp":"${AT}","server":{"sponsor":"x"}}`)
    expect(probes[0]).toMatchObject({ outcome: 'ok', downloadBps: 7e6 })
    expect(probes[0]).not.toHaveProperty('uploadBps')
  })
})

describe('other versions and habits of tools', () => {
  test('ndt7-client-go before 0.5', async () => {
    const text =
      '{"ServerFQDN":"ndt.example","ClientIP":"41.250.1.2","DownloadUUID":"d-1","Download":{"Value":20.5,"Unit":"Mbit/s"},"Upload":{"Value":13.9,"Unit":"Mbit/s"},"DownloadRetrans":{"Value":2,"Unit":"%"},"RTT":{"Value":25.3,"Unit":"ms"}}'
    expect((await read(text, { measuredAt: AT })).probes).toMatchObject([
      {
        downloadBps: 20_500_000,
        uploadBps: 13_900_000,
        lossRatio: 0.02,
        latencyMs: 25.3,
        downloadTest: 'd-1',
      },
    ])
    expect((await read(text.replace('"Mbit/s"', '"kB/s"'), { measuredAt: AT })).reasons[0]).toContain(
      'expected Mbit/s',
    )
  })

  test('Giga’s second API, of schools and of health centres', async () => {
    const record = (place: object) => ({
      timestamp: AT,
      download: 8400.5,
      upload: 2300.1,
      latency: 30,
      ...place,
    })
    const { probes, detected } = await read(
      JSON.stringify([record({ school_id: 'MA-1' }), record({ school_id: null, giga_id_health: 'h' })]),
    )
    expect(detected.format).toBe('giga')
    expect(probes).toMatchObject([{ downloadBps: 8_400_500, uploadBps: 2_300_100 }, { latencyMs: 30 }])
  })

  test('speedtest-cli 1 wrote UTC without a Z, in summer as in winter', async () => {
    const text =
      '{"download":7e6,"upload":3e6,"timestamp":"2016-07-20T10:11:17.559249","server":{"sponsor":"x"}}'
    expect((await read(text)).probes[0]!['measuredAt']).toBe('2016-07-20T10:11:17.559Z')
  })

  test('RMBT: what its source calls implausible is flagged and does not count; the Czech branch writes UTC without seconds', async () => {
    const header = 'open_test_uuid,time,cat_technology,lat,long,download_kbit,upload_kbit,implausible'
    const row = (last: string, implausible: string) =>
      `O22222222-2222-4222-8222-2222222222${last},2026-07-01 09:30,4G,34.02,-6.84,12500,3250,${implausible}`
    const { probes, reasons } = await read(
      [header, row('01', 'false'), row('02', 'true'), row('03', 'perhaps')].join('\n'),
    )
    expect(probes.map((p) => [p['measuredAt'], p['flags']])).toEqual([
      ['2026-07-01T09:30:00.000Z', undefined],
      ['2026-07-01T09:30:00.000Z', ['implausible']],
    ])
    expect(reasons[0]).toContain('neither true nor false')
  })

  test('documents that a program appended to one file, pretty or not, are one each; the last may be cut', async () => {
    const document = (n: number) => ({ download: n, upload: 1, timestamp: AT, server: { sponsor: 'x' } })
    const pretty = [1, 2, 3].map((n) => JSON.stringify(document(n), null, 2)).join('\n')
    expect((await read(pretty)).probes.map((p) => p['downloadBps'])).toEqual([1, 2, 3])
    const cut = await read(pretty.slice(0, -30))
    expect(cut.probes).toHaveLength(2)
    expect(cut.reasons).toEqual([expect.stringContaining('not JSON')])
    const sequence = [1, 2].map((n) => `\u001e${JSON.stringify(document(n))}\n`).join('')
    expect((await read(sequence)).probes).toHaveLength(2)
  })

  test('what is read makes rows of the database', async () => {
    const { probes } = await read(
      `{"download":7e6,"upload":3e6,"timestamp":"${AT}","server":{"sponsor":"x"}}`,
    )
    const context = { device: null, bounds: MOROCCO_BOUNDS, now: Date.UTC(2026, 5, 1) }
    expect(judgeRecord({ lat: 34, lng: -6.8, ...probes[0] }, context)).toHaveProperty('row')
  })
})
