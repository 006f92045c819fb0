/** The difference between two runs in one cell. */
import { CLASSES, type Class, DECIDED_CLASSES } from './class.js'

/** `none` means that the run has no verdict on the cell, because nothing was measured there. */
export const STANDINGS = [...CLASSES, 'none'] as const
/** The class of a cell in a run, or `none`. */
export type Standing = (typeof STANDINGS)[number]

export type Direction = 'better' | 'worse' | 'other'

/**
 * The direction of a change; better is towards black. If the cell is undecided in one of the runs, nothing got better
 * or worse and only the knowledge of it changed: the direction is `other`.
 */
export function changeDirectionOf(from: Standing, to: Standing): Direction {
  const ranks: readonly (Class | 'none')[] = DECIDED_CLASSES
  const [rankBefore, rankAfter] = [ranks.indexOf(from), ranks.indexOf(to)]
  if (rankBefore < 0 || rankAfter < 0 || rankBefore === rankAfter) return 'other'
  return rankAfter > rankBefore ? 'better' : 'worse'
}
