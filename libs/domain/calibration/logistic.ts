/** Logistic regression with a penalty that pulls each coefficient towards a value that was assumed before. Pure. */

/** A coefficient before anything was seen: its value, and how many observations' worth of weight that value has. */
export interface AssumedCoefficient {
  value: number
  ridge: number
}

/** Rows of one design matrix, in one array: `width` numbers a row. Each row stands for `counts` observations. */
export interface Design {
  width: number
  values: Float64Array
  counts: readonly number[]
}

/** The longest step of one coefficient: a first step from far away must not throw the others off. */
const MAX_STEP = 3

/**
 * One step of Newton's method (iteratively reweighted least squares) towards the coefficients of the greatest penalised
 * likelihood. `labels` are 0 to 1: the mean outcome of the observations of each row.
 */
export function newtonStep(
  design: Design,
  labels: readonly number[],
  coefficients: readonly number[],
  assumed: readonly AssumedCoefficient[],
): number[] {
  const { width, values, counts } = design
  const hessian = Float64Array.from({ length: width * width }, (_, i) =>
    i % (width + 1) === 0 ? assumed[i / (width + 1)]!.ridge : 0,
  )
  const gradient = assumed.map(({ value, ridge }, i) => ridge * (value - coefficients[i]!))
  for (const [row, count] of counts.entries()) {
    const at = row * width
    const p = probabilityOf(logOddsAt(design, row, coefficients))
    const spread = count * p * (1 - p)
    for (let i = 0; i < width; i++) {
      const x = values[at + i]!
      if (x === 0) continue
      gradient[i]! += count * x * (labels[row]! - p)
      for (let j = 0; j <= i; j++) hessian[i * width + j]! += spread * x * values[at + j]!
    }
  }
  const steps = solveSymmetric(hessian, gradient)
  return coefficients.map((value, i) => value + Math.max(-MAX_STEP, Math.min(MAX_STEP, steps[i]!)))
}

/** The linear predictor of one row. */
export function logOddsAt({ width, values }: Design, row: number, coefficients: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < width; i++) sum += values[row * width + i]! * coefficients[i]!
  return sum
}

export const probabilityOf = (logOdds: number): number => 1 / (1 + Math.exp(-logOdds))

/** Solves A x = b by Cholesky's method. Only the lower half of A is read; a ridge above 0 makes it positive definite. */
export function solveSymmetric(lower: Float64Array, b: readonly number[]): number[] {
  const n = b.length
  const factor = Float64Array.from(lower)
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      let sum = factor[i * n + j]!
      for (let k = 0; k < j; k++) sum -= factor[i * n + k]! * factor[j * n + k]!
      factor[i * n + j] = i === j ? Math.sqrt(sum) : sum / factor[j * n + j]!
    }
  const x = [...b]
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[i * n + k]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[k * n + i]! * x[k]!
    x[i]! /= factor[i * n + i]!
  }
  return x
}
