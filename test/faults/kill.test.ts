import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#store/database'
import { ENGINES, type EngineName, folderPlace, serverPlace } from '../support/database.js'
import { startServer } from '../support/process.js'
import { siteWithDevice } from '../support/server.js'

const KILLS = 5
/** 40 days back, so that the load reaches months whose partitions it has to create itself. */
const probe = () => ({
  id: randomUUID(),
  measuredAt: new Date(Date.now() - Math.random() * 40 * 86_400_000).toISOString(),
  outcome: 'ok',
  downloadBps: 4e6,
})

describe.each(ENGINES)('SIGKILL in the middle of a load on %s', (engine) => {
  let place: Awaited<ReturnType<typeof placeOf>>
  let token: string
  const open = () =>
    openDatabase({ url: place.env.DATABASE_URL, dataDir: place.env.DATA_DIR ?? '', purpose: 'batch' })
  beforeAll(async () => {
    place = await placeOf(engine)
    const database = await open()
    token = (await siteWithDevice(database)).token
    await database.close()
  })
  afterAll(() => place.remove())

  async function send(url: string, probes: unknown[]): Promise<boolean> {
    const body = probes.map((p) => JSON.stringify(p)).join('\n')
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' }
    const response = await fetch(`${url}/api/v1/probes`, { method: 'POST', headers, body }).catch(() => null)
    const answer = (await response?.json().catch(() => null)) as {
      accepted: number
      duplicates: number
    } | null
    return (
      response?.status === 200 && answer !== null && answer.accepted + answer.duplicates === probes.length
    )
  }

  test(`${KILLS} times: nothing acknowledged is lost, nothing is doubled`, async () => {
    const acknowledged = new Set<string>()
    const pending: { id: string }[][] = []
    const taken: { id: string }[][] = []
    for (let kill = 0; kill < KILLS; kill++) {
      const server = await startServer(place.env)
      let loading = true
      const sender = async () => {
        while (loading) {
          const batch = pending.pop() ?? Array.from({ length: 1 + Math.floor(Math.random() * 200) }, probe)
          if (await send(server.url, batch)) {
            taken.push(batch)
            batch.forEach((p) => acknowledged.add(p.id))
          } else pending.push(batch)
        }
      }
      const senders = Array.from({ length: 6 }, sender)
      await sleep(300 + Math.random() * 900)
      server.process.kill('SIGKILL')
      loading = false
      await Promise.all(senders)
      expect(await server.ended).toBe('SIGKILL')
    }
    const server = await startServer(place.env)
    // A device that did not get the answer sends again what was already accepted.
    for (const batch of [...taken.slice(-20), ...pending]) {
      expect(await send(server.url, batch)).toBe(true)
      batch.forEach((p) => acknowledged.add(p.id))
    }
    server.process.kill('SIGTERM')
    await server.ended
    const database = await open()
    const rows: { id: string }[] = await database.source.query('SELECT id FROM probe')
    await database.close()
    expect(acknowledged.size).toBeGreaterThan(500)
    expect(rows.length).toBe(new Set(rows.map((r) => r.id)).size)
    const there = new Set(rows.map((r) => r.id))
    expect([...acknowledged].filter((id) => !there.has(id))).toEqual([])
  }, 300_000)

  test('Ctrl-C ends the server cleanly, and the next start is ready', async () => {
    const first = await startServer(place.env)
    first.process.kill('SIGINT')
    expect(await first.ended).toBe(0)
    if (place.env.DATA_DIR)
      for (const name of ['lock', 'endpoint.json'])
        expect(existsSync(join(place.env.DATA_DIR, name))).toBe(false)
    const second = await startServer(place.env)
    expect((await fetch(`${second.url}/health/ready`)).status).toBe(200)
    second.process.kill('SIGINT')
    expect(await second.ended).toBe(0)
  })
})

const placeOf = async (engine: EngineName) => (engine === 'postgresql' ? serverPlace() : folderPlace())
