/** What two runs say otherwise of a cell. */
import { CLASSES } from './verdict.js'

/** `none`: the run has no verdict there, since nothing was measured. */
export const STANDINGS = [...CLASSES, 'none'] as const
export type Standing = (typeof STANDINGS)[number]

export type Direction = 'better' | 'worse' | 'other'

const TOWARDS_BLACK: readonly Standing[] = ['white', 'grey', 'black']

/** Better is towards black. Where one side is not decided nothing got better or worse: only what is known changed. */
export function changeDirectionOf(from: Standing, to: Standing): Direction {
  const [a, b] = [TOWARDS_BLACK.indexOf(from), TOWARDS_BLACK.indexOf(to)]
  if (a < 0 || b < 0 || a === b) return 'other'
  return b > a ? 'better' : 'worse'
}
