/** Figures from the truth and what the engine answers. */

/** What a run states of one cell. */
export interface Answer {
  class: string
  confidence: number
  /** Fewest and most operators that serve the cell; where they are missing they follow from the class. */
  bounds?: Bounds
}

export interface Bounds {
  lower: number
  upper: number
}

/** By H3 index. */
export type Answers = ReadonlyMap<string, Answer>
type Truth = ReadonlyMap<string, string>

const isDecided = (answer: Answer | undefined): answer is Answer =>
  answer !== undefined && answer.class !== 'unknown'

/** Of the decided cells, the share whose class is the true one; of all cells with an answer, the share undecided. */
export function accuracyOf(truth: Truth, answers: Answers): { accuracy: number; unknown: number } {
  const decided = [...answers].filter(([, answer]) => isDecided(answer))
  const right = decided.filter(([h3, answer]) => truth.get(h3) === answer.class)
  return { accuracy: right.length / decided.length, unknown: 1 - decided.length / answers.size }
}

export interface Bin {
  from: number
  to: number
  cells: number
  /** Mean of the stated confidences, and the share that was right. */
  stated: number
  right: number
}

/** Of the verdicts stated with a confidence in [from, to). */
export function binOf(truth: Truth, answers: Answers, from: number, to: number): Bin {
  const inside = [...answers].filter(([, a]) => isDecided(a) && a.confidence >= from && a.confidence < to)
  const mean = (value: (entry: [string, Answer]) => number) =>
    inside.reduce((sum, entry) => sum + value(entry), 0) / inside.length
  return {
    from,
    to,
    cells: inside.length,
    stated: mean(([, answer]) => answer.confidence),
    right: mean(([h3, answer]) => Number(truth.get(h3) === answer.class)),
  }
}

export interface Moves {
  /** From one decided class to another, and between decided and unknown. */
  colour: number
  lost: number
  found: number
  /** Cells that were decided before. */
  decided: number
  cells: number
}

export function movesBetween(before: Answers, after: Answers): Moves {
  const moves: Moves = { colour: 0, lost: 0, found: 0, decided: 0, cells: before.size }
  for (const [h3, was] of before) {
    const is = after.get(h3)
    if (isDecided(was)) moves.decided++
    if (isDecided(was) && isDecided(is) && is.class !== was.class) moves.colour++
    if (isDecided(was) && !isDecided(is)) moves.lost++
    if (!isDecided(was) && isDecided(is)) moves.found++
  }
  return moves
}

const BOUNDS_OF_CLASS: Readonly<Record<string, Bounds>> = {
  white: { lower: 0, upper: 0 },
  grey: { lower: 1, upper: 1 },
  black: { lower: 2, upper: 3 },
}

/** Of the cells with an answer, the share whose true number of serving operators lies within the bounds. */
export function boundsShareOf(serving: ReadonlyMap<string, number>, answers: Answers): number {
  const within = [...answers].filter(([h3, answer]) => {
    const { lower, upper } = answer.bounds ?? BOUNDS_OF_CLASS[answer.class] ?? { lower: 0, upper: 3 }
    return serving.get(h3)! >= lower && serving.get(h3)! <= upper
  })
  return within.length / answers.size
}
