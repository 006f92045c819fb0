/** The four classes of a cell, and the class that summarises many cells. */

export const CLASSES = ['white', 'grey', 'black', 'unknown'] as const
export type Class = (typeof CLASSES)[number]
/** Number of cells of each class. */
export type ClassCounts = Record<Class, number>

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
