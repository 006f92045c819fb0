import {
  type ClassPatch,
  type Zone,
  type ZoneClass,
  type ZoneEvent,
  ZONE_CLASSES,
  ZONE_ID,
  zoneSuccessionOf,
} from '#domain/zone'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const RUNS = { numRuns: 300, seed: 20261123 }
const CELLS = Array.from({ length: 18 }, (_, i) => `8839${String(i).padStart(2, '0')}000000fff`)

/** Draws a class and a group of that class for some cells; the shapes do not matter here. */
const someMap: fc.Arbitrary<ClassPatch[]> = fc
  .array(
    fc.record({ class: fc.constantFrom(...ZONE_CLASSES, null), group: fc.integer({ min: 0, max: 2 }) }),
    {
      minLength: CELLS.length,
      maxLength: CELLS.length,
    },
  )
  .map((cells) => {
    const groups = new Map<string, { class: ZoneClass; cells: string[] }>()
    cells.forEach((cell, i) => {
      if (cell.class === null) return
      const key = `${cell.class} ${cell.group}`
      const group = groups.get(key) ?? { class: cell.class, cells: [] }
      group.cells.push(CELLS[i]!)
      groups.set(key, group)
    })
    return [...groups.values()]
  })
const someMaps = fc.array(someMap, { minLength: 1, maxLength: 6 })

/** The zones and events run by run. */
function history(maps: readonly ClassPatch[][], order: <T>(list: readonly T[]) => T[]) {
  let before: Zone[] = []
  return maps.map((map, i) => {
    const step = zoneSuccessionOf(i + 1, order(before), order(map))
    before = step.zones
    return step
  })
}

const byId = (zones: readonly Zone[]) => [...zones].sort((a, b) => (a.id < b.id ? -1 : 1))
const byZone = (events: readonly ZoneEvent[]) => [...events].sort((a, b) => (a.zone < b.zone ? -1 : 1))

test('the order of zones and patches does not matter', () => {
  fc.assert(
    fc.property(someMaps, fc.infiniteStream(fc.nat()), (maps, luck) => {
      const shuffle = <T>(list: readonly T[]): T[] =>
        list
          .map((item) => ({ item, by: luck.next().value as number }))
          .sort((a, b) => a.by - b.by)
          .map(({ item }) => item)
      const straight = history(maps, (list) => [...list])
      const shuffled = history(maps, shuffle)
      straight.forEach((step, i) => {
        expect(byId(shuffled[i]!.zones)).toEqual(byId(step.zones))
        expect(byZone(shuffled[i]!.events)).toEqual(byZone(step.events))
      })
    }),
    RUNS,
  )
})

test('each cell is in one zone, which has its class, and no id is used twice', () => {
  fc.assert(
    fc.property(someMaps, (maps) => {
      history(maps, (list) => [...list]).forEach(({ zones }, i) => {
        expect(zones.map(({ class: of, cells }) => ({ class: of, cells }))).toEqual(maps[i])
        expect(new Set(zones.map((zone) => zone.id)).size).toBe(zones.length)
        for (const zone of zones) expect(zone.id).toMatch(ZONE_ID)
      })
    }),
    RUNS,
  )
})

test('replayed, the events give the zones of each run with their sizes', () => {
  fc.assert(
    fc.property(someMaps, (maps) => {
      const sizes = new Map<string, number>()
      for (const { zones, events } of history(maps, (list) => [...list])) {
        expect(new Set(events.map((event) => event.zone)).size).toBe(events.length)
        for (const { zone, cellsBefore, cellsAfter } of events) {
          expect(sizes.get(zone) ?? 0).toBe(cellsBefore)
          if (cellsAfter === 0) sizes.delete(zone)
          else sizes.set(zone, cellsAfter)
        }
        expect(sizes).toEqual(new Map(zones.map((zone) => [zone.id, zone.cells.length])))
      }
    }),
    RUNS,
  )
})

test('an heir shares cells with its predecessor; a pair that lost shares no more cells than the pairs that won', () => {
  fc.assert(
    fc.property(someMap, someMap, (first, second) => {
      const before = zoneSuccessionOf(1, [], first).zones
      const { zones } = zoneSuccessionOf(2, before, second)
      const shared = (a: ClassPatch, b: ClassPatch) =>
        a.class === b.class ? a.cells.filter((cell) => b.cells.includes(cell)).length : 0
      const heirOf = (zone: Zone) => zones.find((z) => z.id === zone.id)
      const wonBy = (zone: Zone) => (heirOf(zone) ? shared(zone, heirOf(zone)!) : 0)
      for (const zone of before) {
        if (heirOf(zone)) expect(wonBy(zone)).toBeGreaterThan(0)
        for (const patch of zones) {
          const former = before.find((z) => z.id === patch.id)
          const best = Math.max(wonBy(zone), former ? wonBy(former) : 0)
          expect(shared(zone, patch)).toBeLessThanOrEqual(best)
        }
      }
    }),
    RUNS,
  )
})

const [a, b, c, d, e] = CELLS as [string, string, string, string, string]
const white = (...cells: string[]): ClassPatch => ({ class: 'white', cells })
const grey = (...cells: string[]): ClassPatch => ({ class: 'grey', cells })
const zone = (born: number, patch: ClassPatch): Zone => ({ ...patch, id: `${born}-${patch.cells[0]}` })
const eventsOf = (before: Zone[], now: ClassPatch[]) =>
  zoneSuccessionOf(9, before, now).events.map((e) => [e.zone, e.kind, e.cellsBefore, e.cellsAfter, e.other])

test.each<[string, Zone[], ClassPatch[], unknown[]]>([
  ['born', [], [white(a)], [[`9-${a}`, 'born', 0, 1, null]]],
  ['nothing', [zone(1, white(a, b))], [white(a, b)], []],
  ['grown', [zone(1, white(a))], [white(a, b)], [[`1-${a}`, 'grown', 1, 2, null]]],
  ['shrunk', [zone(1, white(a, b))], [white(b)], [[`1-${a}`, 'shrunk', 2, 1, null]]],
  ['changed', [zone(1, white(a, b))], [white(b, c)], [[`1-${a}`, 'changed', 2, 2, null]]],
  [
    'merged into the one that gives more cells',
    [zone(1, white(a)), zone(2, white(c, d))],
    [white(a, b, c, d)],
    [
      [`2-${c}`, 'grown', 2, 4, null],
      [`1-${a}`, 'merged', 1, 0, `2-${c}`],
    ],
  ],
  [
    'merged into the older of two equals',
    [zone(2, white(a)), zone(1, white(c))],
    [white(a, b, c)],
    [
      [`1-${c}`, 'grown', 1, 3, null],
      [`2-${a}`, 'merged', 1, 0, `1-${c}`],
    ],
  ],
  [
    'older by number, not by letter',
    [zone(10, white(a)), zone(9, white(c))],
    [white(a, b, c)],
    [
      [`9-${c}`, 'grown', 1, 3, null],
      [`10-${a}`, 'merged', 1, 0, `9-${c}`],
    ],
  ],
  [
    'split: the larger part keeps the identity',
    [zone(1, white(a, b, c, d, e))],
    [white(a), white(c, d, e)],
    [
      [`9-${a}`, 'split', 0, 1, `1-${a}`],
      [`1-${a}`, 'shrunk', 5, 3, null],
    ],
  ],
  [
    'resolved',
    [zone(1, white(a, b))],
    [grey(a)],
    [
      [`9-${a}`, 'born', 0, 1, null],
      [`1-${a}`, 'resolved', 2, 0, null],
    ],
  ],
])('%s', (_, before, now, events) => expect(eventsOf(before, now)).toEqual(events))

test('a resolved zone reports the classes of its cells', () => {
  const { events } = zoneSuccessionOf(
    2,
    [zone(1, white(a, b, c, d))],
    [grey(a, b), { class: 'black', cells: [c] }],
  )
  expect(events.at(-1)!.became).toEqual({ white: 0, grey: 2, black: 1, unknown: 1 })
})
