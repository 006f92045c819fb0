/** Figures from the truth and what the engine says of it. */

/** What a run said of one cell. */
export interface Said {
  class: string
  confidence: number
}

export type Answers = ReadonlyMap<string, Said>
type Truth = ReadonlyMap<string, string>

const isDecided = (said: Said | undefined): said is Said => said !== undefined && said.class !== 'unknown'

/** Of the decided cells, the share whose class is the true one; of all cells with an answer, the share undecided. */
export function accuracyOf(truth: Truth, answers: Answers): { accuracy: number; unknown: number } {
  const decided = [...answers].filter(([, said]) => isDecided(said))
  const right = decided.filter(([h3, said]) => truth.get(h3) === said.class)
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
  const inside = [...answers].filter(([, s]) => isDecided(s) && s.confidence >= from && s.confidence < to)
  const mean = (value: (entry: [string, Said]) => number) =>
    inside.reduce((sum, entry) => sum + value(entry), 0) / inside.length
  return {
    from,
    to,
    cells: inside.length,
    stated: mean(([, said]) => said.confidence),
    right: mean(([h3, said]) => Number(truth.get(h3) === said.class)),
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
