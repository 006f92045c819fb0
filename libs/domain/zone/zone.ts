/** Zones: connected cells of one class inside one area, with an identity that lasts from run to run. */
import { type Class, DECIDED_CLASSES } from '../verdict/class.js'

/** The classes of zones; undecided cells make none, because unknown is not a finding. */
export const ZONE_CLASSES = DECIDED_CLASSES
export type ZoneClass = (typeof ZONE_CLASSES)[number]

/** Connected cells of one class in one run. */
export interface ClassPatch {
  class: ZoneClass
  /** H3 indexes in ascending order; at least one. */
  cells: readonly string[]
}

export interface Zone extends ClassPatch {
  /** `<run in which it was born>-<its smallest cell in that run>`; unique over all runs. */
  id: string
}

export const ZONE_ID = /^[1-9]\d{0,8}-[0-9a-f]{15}$/

/** The run in which a zone was born, read from its id. */
export const birthRunOf = (id: string): number => Number(id.slice(0, id.indexOf('-')))

export type ZoneEventKind = 'born' | 'split' | 'grown' | 'shrunk' | 'changed' | 'merged' | 'resolved'

export interface ZoneEvent {
  zone: string
  kind: ZoneEventKind
  /** Number of cells in the run before; 0 for a zone that begins. */
  cellsBefore: number
  /** Number of cells in this run; 0 for a zone that ends. */
  cellsAfter: number
  /** Id of the zone that it was split from or merged into; else null. */
  other: string | null
  /** Number of cells of a resolved zone by their class in this run; `unknown` includes cells that are no longer measured. */
  became: Record<Class, number> | null
}

/** The zones of a run in the order of its patches, and the events of zones, at most one for each. */
export interface ZoneSuccession<P extends ClassPatch> {
  zones: (P & { id: string })[]
  events: ZoneEvent[]
}

/**
 * Gives the patches of a run the identities of the zones of the run before. A zone and a patch share the cells that both
 * have in the same class. The pairs that share cells are taken in this order: the most shared cells, the older zone (born in
 * the earlier run), the zone whose id has the smaller cell, the patch with the smaller first cell. A pair whose zone and
 * patch were not yet taken makes the patch the zone's heir. Everything else follows from this:
 * - an heir has grown or shrunk by its number of cells, has changed where the number is the same and the cells are not,
 *   and has no event where nothing changed;
 * - a patch that is not an heir was split from the zone of its first pair, or was born where it has no pair;
 * - a zone without an heir was merged into the zone of its first pair's patch, or is resolved where it has no pair.
 * Each cell must be in at most one patch and in at most one zone. The order of the two lists does not change the result.
 */
export function zoneSuccessionOf<P extends ClassPatch>(
  run: number,
  before: readonly Zone[],
  now: readonly P[],
): ZoneSuccession<P> {
  const pairs = pairsOf(before, now)
  const heirs = heirsOf(pairs)
  const zones = now.map((patch) => ({ ...patch, id: heirs.get(patch)?.id ?? `${run}-${patch.cells[0]}` }))
  const firstPairOfPatch = firstPairBy(pairs, (pair) => pair.patch)
  const firstPairOfZone = firstPairBy(pairs, (pair) => pair.zone)
  const idOf = new Map<ClassPatch, string>(now.map((patch, i) => [patch, zones[i]!.id]))
  const patchEvents = now.flatMap((patch) => {
    const predecessor = heirs.get(patch)
    return predecessor
      ? survivalEvents(predecessor, patch)
      : [birthEvent(idOf.get(patch)!, patch, firstPairOfPatch.get(patch))]
  })
  const survivors = new Set(heirs.values())
  const classOfCell = classesOf(now)
  const endEvents = before
    .filter((zone) => !survivors.has(zone))
    .map((zone) => {
      const pair = firstPairOfZone.get(zone)
      return pair ? mergeEvent(zone, idOf.get(pair.patch)!) : resolutionEvent(zone, classOfCell)
    })
  return { zones, events: [...patchEvents, ...endEvents] }
}

/** A zone of the run before and a patch of this run that share cells. */
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

/** The heirs among the patches, each with the zone whose identity it takes. */
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

function firstPairBy<K>(pairs: readonly Pair[], key: (pair: Pair) => K): Map<K, Pair> {
  const firstPairs = new Map<K, Pair>()
  for (const pair of pairs) if (!firstPairs.has(key(pair))) firstPairs.set(key(pair), pair)
  return firstPairs
}

function classesOf(patches: readonly ClassPatch[]): Map<string, ZoneClass> {
  const classes = new Map<string, ZoneClass>()
  for (const patch of patches) for (const cell of patch.cells) classes.set(cell, patch.class)
  return classes
}

/** Whether two lists have the same cells in the same order. */
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

function mergeEvent(zone: Zone, successorId: string): ZoneEvent {
  return { ...endFields(zone), kind: 'merged', other: successorId, became: null }
}

function resolutionEvent(zone: Zone, classOfCell: ReadonlyMap<string, ZoneClass>): ZoneEvent {
  const became: Record<Class, number> = { white: 0, grey: 0, black: 0, unknown: 0 }
  for (const cell of zone.cells) became[classOfCell.get(cell) ?? 'unknown']++
  return { ...endFields(zone), kind: 'resolved', other: null, became }
}
