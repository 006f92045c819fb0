/** Documents of iperf3 that are not the usual ones. */
import { readResults } from '#formats/tools'
import { expect, test } from 'vitest'

const AT = { timestamp: { timesecs: 1_777_629_600 } }

async function read(document: object) {
  const records: unknown[] = []
  const options = { format: null, unit: null }
  for await (const batch of readResults(Buffer.from(JSON.stringify(document)), options, {
    format: null,
    unit: null,
    notes: [],
  }))
    records.push(...batch.map((record) => record.rejectionReason ?? record.document))
  return records
}

test('of a UDP test whose only sum is that of what was sent, what arrived counts', async () => {
  const sent = { bits_per_second: 100e6, bytes: 125e6, seconds: 10, jitter_ms: 1.5 }
  const start = { ...AT, test_start: { protocol: 'UDP', reverse: 1 } }
  expect(await read({ start, intervals: [], end: { sum: { ...sent, lost_percent: 40 } } })).toMatchObject([
    { downloadBps: 60e6, downloadBytes: 75e6, lossRatio: 0.4, jitterMs: 1.5 },
  ])
  expect(await read({ start, intervals: [], end: { sum: sent } })).toEqual([
    expect.stringContaining('sum_received is missing'),
  ])
})

test.each([
  'the server is busy running a test. try again later',
  'parameter error - unrecognized option',
  'interrupt - the client has terminated',
])('an error that says nothing of the line is no measurement: %s', async (error) => {
  expect(await read({ start: AT, intervals: [], end: {}, error })).toEqual([
    expect.stringContaining('says nothing of the line'),
  ])
})

test('an error of the line is a failed measurement', async () => {
  const error = 'unable to connect to server: Connection timed out'
  expect(await read({ start: AT, intervals: [], end: {}, error })).toMatchObject([{ outcome: 'failed' }])
})

test('a time that is not in seconds refuses the document', async () => {
  const start = { timestamp: { timesecs: 1_777_629_600e9 }, test_start: { protocol: 'TCP' } }
  expect(await read({ start, intervals: [], end: { sum_received: { bits_per_second: 1e6 } } })).toEqual([
    expect.stringContaining('not a time in seconds'),
  ])
})
