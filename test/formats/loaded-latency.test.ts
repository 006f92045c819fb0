/** The round trip under load and the mobile cell, from the tools that give them. */
import { readResults } from '#formats/tools'
import { expect, test } from 'vitest'

const AT = '2026-03-01T09:30:00Z'

async function firstOf(text: string): Promise<Record<string, unknown>> {
  const options = { format: null, unit: null, measuredAt: AT }
  for await (const [record] of readResults([Buffer.from(text)], options, {
    format: null,
    unit: null,
    notes: [],
  }))
    return record!.document as Record<string, unknown>
  throw new Error('the file has no record')
}

const ookla = (latency: object | undefined) =>
  JSON.stringify({
    type: 'result',
    timestamp: AT,
    ping: { latency: 24.5, jitter: 1.25 },
    download: { bandwidth: 1_562_500, bytes: 15_625_000, elapsed: 10_000, latency },
    upload: { bandwidth: 400_000, bytes: 4_000_000, elapsed: 10_000 },
    isp: 'Maroc Telecom',
  })

const ndt7 = (tcp: object) =>
  JSON.stringify({
    download: {
      LastClientMeasurement: { ElapsedTime: 10, NumBytes: 15_625_000, MeanClientMbps: 12.5 },
      LastServerMeasurement: {
        Test: 'download',
        ConnectionInfo: { UUID: 'd', Client: '105.66.4.7:1', StartTime: AT },
        TCPInfo: { BytesAcked: 15_625_000, ElapsedTime: 10_000_000, MinRTT: 24_500, ...tcp },
      },
    },
  })

test.each<[string, string, number | null]>([
  ['Ookla: the interquartile mean', ookla({ iqm: 187.25, low: 25, high: 900, jitter: 60 }), 187.25],
  ['an older Ookla', ookla(undefined), null],
  ['ndt7: the smoothed round trip of TCP', ndt7({ RTT: 187_250 }), 187.25],
  [
    'our own ndt7 server, whose pings wait behind the load',
    ndt7({ RTT: 9_000_000, RTTSource: 'websocket-ping' }),
    null,
  ],
  [
    'Cloudflare',
    JSON.stringify({
      download: 12.5e6,
      upload: 3.2e6,
      latency: 24.5,
      jitter: 1.25,
      downLoadedLatency: 187.25,
    }),
    187.25,
  ],
  ['a list', 'date,download_mbps,latency_ms,loaded_latency_ms\n2026-03-01 09:30,12.5,24.5,187.25\n', 187.25],
])('%s', async (_, text, expected) => {
  const probe = await firstOf(text)
  expect(probe['latencyMs']).toBe(24.5)
  expect(probe['loadedLatencyMs'] ?? null).toBe(expected)
})

test.each([
  ['604-01-3001-123456', '604-01-3001-123456'],
  ['123456', null],
])('the mobile cell %s of a list', async (text, expected) => {
  const probe = await firstOf(`date,download_mbps,cell_id\n2026-03-01 09:30,12.5,${text}\n`)
  expect(probe['cellId'] ?? null).toBe(expected)
})
