/** Zones: connected cells of one class inside one area, with an identity that lasts from run to run. */
import type { Class } from '../verdict/verdict.js'

/** Only what is decided makes a zone: unknown is not a finding. */
export const ZONE_CLASSES = ['white', 'grey', 'black'] as const satisfies readonly Class[]
export type ZoneClass = (typeof ZONE_CLASSES)[number]

/** Cells that hang together in a run. */
export interface ClassPatch {
  class: ZoneClass
  /** H3 indexes in ascending order; at least one. */
  cells: readonly string[]
}

export interface Zone extends ClassPatch {
  /** `<run in which it was born>-<its smallest cell then>`: no two zones of any runs share it. */
  id: string
}

export const ZONE_ID = /^[1-9]\d{0,8}-[0-9a-f]{15}$/

/** The run in which a zone was born. */
export const birthRunOf = (id: string): number => Number(id.slice(0, id.indexOf('-')))

export type ZoneEventKind = 'born' | 'split' | 'grown' | 'shrunk' | 'changed' | 'merged' | 'resolved'

export interface ZoneEvent {
  zone: string
  kind: ZoneEventKind
  /** 0 for a zone that begins. */
  cellsBefore: number
  /** 0 for a zone that ends. */
  cellsAfter: number
  /** The zone that it was split from or merged into. */
  other: string | null
  /** What the cells of a resolved zone are now; unknown also stands for "no longer measured". */
  became: Record<Class, number> | null
}

/** What stands after a run, in the order of the patches, and what happened to each zone: at most one event. */
export interface ZoneSuccession<P extends ClassPatch> {
  zones: (P & { id: string })[]
  events: ZoneEvent[]
}

/**
 * Gives the patches of a run the identities of the zones that stood before. A zone and a patch share the cells that both
 * hold in the same class. Pairs that share cells are taken in this order: the most shared cells, the older zone (born in
 * the earlier run), the zone whose id has the smaller cell, the patch with the smaller first cell. A pair whose zone and
 * patch are both still free makes the patch the zone's heir. From this follows all else:
 * - an heir has grown or shrunk by its number of cells, has changed where the number is the same and the cells are not,
 *   and has no event where nothing changed;
 * - a patch that is no heir was split from the zone of its first pair, or was born where it has none;
 * - a zone without an heir was merged into the zone of its first pair's patch, or is resolved where it has none.
 * Each cell is in one patch at most, and was in one zone at most; the order of both lists changes nothing.
 */
export function zoneSuccessionOf<P extends ClassPatch>(
  run: number,
  before: readonly Zone[],
  now: readonly P[],
): ZoneSuccession<P> {
  const pairs = pairsOf(before, now)
  const heirs = heirsOf(pairs)
  const zones = now.map((patch) => ({ ...patch, id: heirs.get(patch)?.id ?? `${run}-${patch.cells[0]}` }))
  const firstOfPatch = firstBy(pairs, (pair) => pair.patch)
  const firstOfZone = firstBy(pairs, (pair) => pair.zone)
  const idOf = new Map<ClassPatch, string>(now.map((patch, i) => [patch, zones[i]!.id]))
  const begun = now.flatMap((patch) => {
    const heir = heirs.get(patch)
    return heir ? survivalEvents(heir, patch) : [birthEvent(idOf.get(patch)!, patch, firstOfPatch.get(patch))]
  })
  const survivors = new Set(heirs.values())
  const classNow = classesOf(now)
  const ended = before
    .filter((zone) => !survivors.has(zone))
    .map((zone) => {
      const into = firstOfZone.get(zone)
      return into ? mergeEvent(zone, idOf.get(into.patch)!) : resolutionEvent(zone, classNow)
    })
  return { zones, events: [...begun, ...ended] }
}

interface Pair {
  zone: Zone
  patch: ClassPatch
  shared: number
}

function pairsOf(before: readonly Zone[], now: readonly ClassPatch[]): Pair[] {
  const patchOf = new Map<string, ClassPatch>()
  for (const patch of now) for (const cell of patch.cells) patchOf.set(cell, patch)
  const pairs: Pair[] = []
  for (const zone of before) {
    const shared = new Map<ClassPatch, number>()
    for (const cell of zone.cells) {
      const patch = patchOf.get(cell)
      if (patch?.class === zone.class) shared.set(patch, (shared.get(patch) ?? 0) + 1)
    }
    for (const [patch, count] of shared) pairs.push({ zone, patch, shared: count })
  }
  return pairs.sort(comparePairs)
}

function comparePairs(a: Pair, b: Pair): number {
  return (
    b.shared - a.shared ||
    birthRunOf(a.zone.id) - birthRunOf(b.zone.id) ||
    compareText(a.zone.id, b.zone.id) ||
    compareText(a.patch.cells[0]!, b.patch.cells[0]!)
  )
}

const compareText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

function heirsOf(pairs: readonly Pair[]): Map<ClassPatch, Zone> {
  const heirs = new Map<ClassPatch, Zone>()
  const inherited = new Set<Zone>()
  for (const { zone, patch } of pairs) {
    if (heirs.has(patch) || inherited.has(zone)) continue
    heirs.set(patch, zone)
    inherited.add(zone)
  }
  return heirs
}

function firstBy<K>(pairs: readonly Pair[], key: (pair: Pair) => K): Map<K, Pair> {
  const first = new Map<K, Pair>()
  for (const pair of pairs) if (!first.has(key(pair))) first.set(key(pair), pair)
  return first
}

function classesOf(patches: readonly ClassPatch[]): Map<string, ZoneClass> {
  const classes = new Map<string, ZoneClass>()
  for (const patch of patches) for (const cell of patch.cells) classes.set(cell, patch.class)
  return classes
}

export const hasSameCells = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((cell, i) => cell === b[i])

function survivalEvents(zone: Zone, patch: ClassPatch): ZoneEvent[] {
  const [cellsBefore, cellsAfter] = [zone.cells.length, patch.cells.length]
  if (hasSameCells(zone.cells, patch.cells)) return []
  const kind = cellsAfter > cellsBefore ? 'grown' : cellsAfter < cellsBefore ? 'shrunk' : 'changed'
  return [{ zone: zone.id, kind, cellsBefore, cellsAfter, other: null, became: null }]
}

function birthEvent(id: string, patch: ClassPatch, from: Pair | undefined): ZoneEvent {
  const kind = from ? 'split' : 'born'
  const other = from?.zone.id ?? null
  return { zone: id, kind, cellsBefore: 0, cellsAfter: patch.cells.length, other, became: null }
}

const endFields = (zone: Zone) => ({ zone: zone.id, cellsBefore: zone.cells.length, cellsAfter: 0 })

function mergeEvent(zone: Zone, into: string): ZoneEvent {
  return { ...endFields(zone), kind: 'merged', other: into, became: null }
}

function resolutionEvent(zone: Zone, classNow: ReadonlyMap<string, ZoneClass>): ZoneEvent {
  const became: Record<Class, number> = { white: 0, grey: 0, black: 0, unknown: 0 }
  for (const cell of zone.cells) became[classNow.get(cell) ?? 'unknown']++
  return { ...endFields(zone), kind: 'resolved', other: null, became }
}
