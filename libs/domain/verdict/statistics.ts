/** The statistics behind a verdict: intervals, scores and probabilities of a pass share. */

/** The highest confidence that is ever stated: no number of samples gives certainty. */
export const MAX_CONFIDENCE = 0.999

/** Rounds a probability to thousandths, halves upwards, as the SQL of the classification does. */
export const roundToThousandths = (x: number): number => Math.floor(x * 1000 + 0.5) / 1000

/** A stated confidence: a probability in thousandths, at most MAX_CONFIDENCE. */
export const confidenceOf = (probability: number): number =>
  Math.min(MAX_CONFIDENCE, roundToThousandths(probability))

/** Wilson score interval of the share k / n at the normal quantile z (Wilson 1927, JASA 22:209). Requires n > 0. */
export function wilsonInterval(k: number, n: number, z: number): { lower: number; upper: number } {
  const p = k / n
  const z2 = z * z
  const denominator = 1 + z2 / n
  const centre = (p + z2 / (2 * n)) / denominator
  const half = (z * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n))) / denominator
  return { lower: centre - half, upper: centre + half }
}

/** Standard normal distribution function for x >= 0: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
export function normalCdf(x: number): number {
  const t = 1 / (1 + 0.2316419 * x)
  const density = 0.3989422804014327 * Math.exp((-x * x) / 2)
  const series =
    t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))))
  return 1 - density * series
}

/**
 * Number of standard errors by which the pass share exceeds the rule's `passShare`. This is the score that Wilson's
 * interval inverts: it reaches z exactly where the interval's bound reaches the share. Weights are thousandths of a
 * sample; the score is 0 if nothing was measured.
 */
export function wilsonScoreOf(passShare: number, weight: number, passWeight: number): number {
  if (weight === 0) return 0
  const n = weight / 1000
  return (passWeight / 1000 - n * passShare) / Math.sqrt(n * (passShare * (1 - passShare)))
}

/**
 * Number of standard errors by which the log odds of passing exceed those of the rule's share; 0 if nothing was
 * measured. The error has two parts: that of the samples (half a sample is added on either side: Haldane 1956, Anscombe
 * 1956), and that of the places, because the devices of one cell stand at different places (`placeSpread`, divided
 * among `devices`). The confidence of a decision follows from this score and not from Wilson's. Weights are thousandths
 * of a sample.
 */
export function logOddsScoreOf(
  { passShare, placeSpread }: { passShare: number; placeSpread: number },
  weight: number,
  passWeight: number,
  devices: number,
): number {
  if (weight === 0) return 0
  const passed = passWeight / 1000 + 0.5
  const failed = (weight - passWeight) / 1000 + 0.5
  const logOdds = Math.log(passed / failed) - Math.log(passShare / (1 - passShare))
  return logOdds / Math.sqrt(1 / passed + 1 / failed + (placeSpread * placeSpread) / devices)
}

/** Score from which the normal distribution function is 1 to 15 digits. */
const MAX_NORMAL_SCORE = 8

/** The confidence that a share lies on the side of the rule's share that its log-odds score indicates. */
export const sideConfidenceOf = (logOddsScore: number): number =>
  confidenceOf(normalCdf(Math.min(MAX_NORMAL_SCORE, Math.abs(logOddsScore))))

/**
 * The product of probabilities, multiplied in ascending order: a product of doubles depends on the order of its
 * factors, and the SQL of the classification must give the same digits.
 */
export const productOf = (factors: readonly number[]): number =>
  factors.toSorted((a, b) => a - b).reduce((product, factor) => product * factor, 1)
