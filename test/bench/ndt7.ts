/** What a speed test can reach on loopback, in one direction, against a bare sender and sink of the same library. */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Bench, type Ground, resultOf } from './bench.js'
import { withServer } from './database.js'

const SECONDS = 6
const BITS = 8
const LOAD = Buffer.alloc(2 ** 20, 'load')

export const ndt7: Bench = { names: ['ndt7.download', 'ndt7.upload'], run }

async function run(ground: Ground) {
  const place = await ground.database('ndt7')
  const ours = await withServer(place, ({ url }) => both(`${url.replace('http', 'ws')}/ndt/v7`))
  const floor = await withFloor((url) => both(url))
  return (['download', 'upload'] as const).map((direction) =>
    resultOf(
      `ndt7.${direction}`,
      ours[direction],
      floor[direction],
      'Gbit/s',
      ours[direction] / floor[direction],
    ),
  )
}

async function both(url: string): Promise<{ download: number; upload: number }> {
  return {
    download: await speed(`${url}/download`, 'download'),
    upload: await speed(`${url}/upload`, 'upload'),
  }
}

/** Gbit/s of the connection's bytes over some seconds. */
async function speed(url: string, direction: 'download' | 'upload'): Promise<number> {
  const ws = new WebSocket(url, 'net.measurementlab.ndt.v7', { perMessageDeflate: false })
  const [{ socket }] = (await once(ws, 'upgrade')) as [{ socket: Socket }]
  await once(ws, 'open')
  const began = performance.now()
  if (direction === 'upload') {
    const send = () => ws.send(LOAD, (failed) => failed || send())
    send()
    send()
  }
  await sleep(SECONDS * 1000)
  const bytes = direction === 'download' ? socket.bytesRead : socket.bytesWritten - socket.writableLength
  const seconds = (performance.now() - began) / 1000
  ws.terminate()
  return (bytes * BITS) / seconds / 1e9
}

async function withFloor<T>(work: (url: string) => Promise<T>): Promise<T> {
  const child = fork(new URL('./ndt7-floor.js', import.meta.url))
  try {
    const [port] = (await once(child, 'message')) as [number]
    return await work(`ws://127.0.0.1:${port}`)
  } finally {
    child.disconnect()
  }
}
