import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Connection } from '../../web/src/api/connection.js'
import { TileSource } from '../../web/src/map/tiles/tile-source.js'

const requests: { url: string; signal: AbortSignal; answer: (response: Response) => void }[] = []
beforeEach(() => {
  requests.length = 0
  vi.stubGlobal(
    'fetch',
    (url: string, { signal }: { signal: AbortSignal }) =>
      new Promise<Response>((answer, fail) => {
        requests.push({ url, signal, answer })
        signal.addEventListener('abort', () => fail(signal.reason as Error))
      }),
  )
})
afterEach(() => void vi.unstubAllGlobals())

const sourceOf = (url: string) => {
  const source = new TileSource(new Connection(() => {}))
  source.setTiles(url ? { url, layer: 'cells' } : null)
  return source
}
const PLACE = { x: 5, y: 6, z: 7 }

test('two layers that draw a tile ask for it once', async () => {
  const source = sourceOf('/t/{z}/{x}/{y}')
  const uses = [source.acquire(PLACE), source.acquire(PLACE)]
  expect(requests.map(({ url }) => url)).toEqual(['/t/7/5/6'])
  requests[0]!.answer(new Response(new Uint8Array()))
  const [one, other] = await Promise.all(uses.map(({ tile }) => tile))
  expect(one).toBe(other)
  expect(one!.features).toEqual([])
})

test('a request is given up when the last who drew it has gone, and not before', async () => {
  const source = sourceOf('/t/{z}/{x}/{y}')
  const [one, other] = [source.acquire(PLACE), source.acquire(PLACE)]
  const refused = expect(other.tile).rejects.toThrow()
  one.release()
  one.release()
  expect(requests[0]!.signal.aborted).toBe(false)
  other.release()
  expect(requests[0]!.signal.aborted).toBe(true)
  await refused
  void source.acquire(PLACE).tile.catch(() => {})
  expect(requests).toHaveLength(2)
})

test('another run is asked for anew, and late tiles of the old one are dropped', async () => {
  const source = sourceOf('/1/{z}/{x}/{y}')
  const old = expect(source.acquire(PLACE).tile).rejects.toThrow()
  expect(source.setTiles({ url: '/1/{z}/{x}/{y}', layer: 'cells' })).toBe(false)
  expect(source.setTiles({ url: '/2/{z}/{x}/{y}', layer: 'cells' })).toBe(true)
  await old
  void source.acquire(PLACE).tile.catch(() => {})
  expect(requests.map(({ url }) => url)).toEqual(['/1/7/5/6', '/2/7/5/6'])
})

test('without a run there is nothing to ask for', async () => {
  expect((await sourceOf('').acquire(PLACE).tile).features).toEqual([])
  expect(requests).toEqual([])
})
