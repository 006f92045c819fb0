/** The four classes of a cell, and how many cells are summarised by one of them. */

export const CLASSES = ['white', 'grey', 'black', 'unknown'] as const
export type Class = (typeof CLASSES)[number]
/** Number of cells of each class. */
export type ClassCounts = Record<Class, number>

/** The classes that a decided cell can have, from the worst served to the best. */
export const DECIDED_CLASSES = ['white', 'grey', 'black'] as const satisfies readonly Class[]

/**
 * The colour that stands for many cells at once (a parent cell, an area): the class that most of the decided cells have,
 * the worse one where two are equally frequent, `unknown` where no cell is decided. It is only a summary and is always
 * shown beside its counts.
 */
export function dominantClass(counts: ClassCounts): Class {
  const classes = DECIDED_CLASSES.filter((c) => counts[c] > 0)
  if (classes.length === 0) return 'unknown'
  return classes.reduce((best, c) => (counts[c] > counts[best] ? c : best))
}
