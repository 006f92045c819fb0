/** The four classes of a cell, what may be known where none is stated, and what summarises many cells. */

export const CLASSES = ['white', 'grey', 'black', 'unknown'] as const
export type Class = (typeof CLASSES)[number]
/** Number of cells of each class. */
export type ClassCounts = Record<Class, number>

/**
 * The knowledge about a cell where no class is stated. `served`: at least one operator is present. `none_tried`: whatever was
 * measured is decided and none of it is present, but not everything that the roster names was tried.
 */
export const PARTIAL_KNOWLEDGE = ['served', 'none_tried'] as const
export type PartialKnowledge = (typeof PARTIAL_KNOWLEDGE)[number]

/** Number of undecided cells by their partial knowledge; they are part of `unknown`. */
export interface PartialCounts {
  served: number
  noneTried: number
}

/** The classes that a decided cell can have, from the worst served to the best. */
export const DECIDED_CLASSES = ['white', 'grey', 'black'] as const satisfies readonly Class[]

/**
 * The colour that summarises many cells (a parent cell, an area): the most frequent class of the decided cells; the
 * worse one if two are equally frequent; `unknown` if no cell is decided. It is always shown beside its counts.
 */
export function dominantClass(counts: ClassCounts): Class {
  const classes = DECIDED_CLASSES.filter((c) => counts[c] > 0)
  if (classes.length === 0) return 'unknown'
  return classes.reduce((best, c) => (counts[c] > counts[best] ? c : best))
}

/** The partial knowledge that most of many cells have, where none of them is decided; null if nothing is known of any. */
export function dominantPartial(counts: ClassCounts & PartialCounts): PartialKnowledge | null {
  const { served, noneTried } = counts
  if (dominantClass(counts) !== 'unknown' || served + noneTried === 0) return null
  return served > noneTried ? 'served' : 'none_tried'
}
