/** Measurements whose makers must not come out, and an office's line, which is public. */
import { cellAt, centreOf } from '#geo'
import { gridDisk } from 'h3-js'
import { randomUUID } from 'node:crypto'

export const CELLS = gridDisk(cellAt(33.9, -5.5), 2)
export const HOUR = 3_600_000
export const MIN_DEVICES = 3

/** What must not come out. */
export interface Secret {
  id: string
  device: string
  site: string
  h3: string
  /** Moment. */
  at: string
  lng: number
  lat: number
  operator: string
  technology: string
  tool: string
}

let seed = 20261126
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
const oneOf = <T>(some: readonly T[]): T => some[Math.floor(random() * some.length)]!

export const secrets: Secret[] = Array.from({ length: 24 }, (_, n) => n).flatMap((n) => {
  const device = randomUUID()
  // The last ones differ from all others where they are.
  const [operator, technology, tool] = [
    n === 21 ? 'lone-operator' : oneOf(['iam', 'orange']),
    n === 22 ? 'satellite_leo' : oneOf(['4g', 'fibre']),
    n === 23 ? 'lone-tool' : 'ndt7',
  ]
  const start = Math.floor(random() * CELLS.length)
  const walks = n % 3 === 0
  return Array.from({ length: 30 }, (_, i) => {
    const h3 = CELLS[walks ? (start + i) % CELLS.length : n % 5]!
    const [lng, lat] = centreOf(h3)
    const hour = Math.floor(Date.now() / HOUR) - 2 - Math.floor(random() * 20 * 24)
    // Never in the first second of an hour: the hour is told.
    const at = hour * HOUR + 1_000 + Math.floor(random() * (HOUR - 1_000))
    return {
      id: randomUUID(),
      device,
      site: `SECRET-${n}`,
      h3,
      operator,
      technology,
      tool,
      at: new Date(at).toISOString(),
      lng: lng + (random() - 0.5) * 0.004,
      lat: lat + (random() - 0.5) * 0.004,
    }
  })
})

/** An office's line, which is public; and the ways of its device, which are not. */
export const line: Secret[] = Array.from({ length: 12 }, (_, n) => ({
  id: randomUUID(),
  device: 'a0000000-0000-4000-8000-000000000001',
  site: 'PUBLIC-1',
  h3: n % 3 ? CELLS[0]! : CELLS[n + 1]!,
  at: new Date(Date.now() - (n + 2) * 9 * HOUR).toISOString(),
  lng: centreOf(CELLS[0]!)[0],
  lat: centreOf(CELLS[0]!)[1],
  operator: 'inwi',
  technology: '4g',
  tool: 'agent',
}))
export const isAtSite = (s: Secret) => s.site === 'PUBLIC-1' && s.h3 === CELLS[0]

export const networkOf = (p: { h3: unknown; operator: unknown; technology: unknown; tool: unknown }) =>
  [p.h3, p.operator, p.technology, p.tool].join('|')
export const devicesOf = (some: readonly Secret[]) => new Set(some.map((s) => s.device)).size
export const isOpen = (s: Secret) =>
  devicesOf(secrets.filter((other) => networkOf(other) === networkOf(s))) >= MIN_DEVICES
