/**
 * Fits the model of `presence-model.ts` on what a country has: the measured states of its networks and the declarations of its
 * operators. The truth is not needed: whether an operator serves is a hidden variable, of which a measurement tells as much as
 * `updatedPresence` says (expectation-maximisation, Dempster, Laird and Rubin 1977). Pure.
 */
import type { RosterTerms } from '../rule/rule.js'
import {
  type GroupCoefficients,
  type OperatorDeviation,
  type PresenceCoefficients,
  TECHNOLOGY_GROUPS,
  type TechnologyGroup,
  updatedPresence,
} from '../verdict/index.js'
import { type AssumedCoefficient, logOddsAt, newtonStep, probabilityOf } from './logistic.js'
import { type Expectation, type PlaceShare, placeSharesOf } from './place-share.js'
import {
  CHOSEN,
  INTERCEPT,
  type Regression,
  assumedOf,
  deviationsFrom,
  groupCoefficientsFrom,
  regressionOf,
} from './presence-design.js'
import { LINE_GROUPS, type PresenceRow } from './presence-rows.js'

export interface PresenceFit {
  coefficients: PresenceCoefficients
  shares: PlaceShare[]
  /** Mean logarithmic loss of the priors against the measured states of decided groups; 0 where none is decided. */
  logLoss: number
}

/** The fit of one group of technologies. */
interface GroupFit {
  group: TechnologyGroup
  coefficients: GroupCoefficients
  deviations: ReadonlyMap<string, OperatorDeviation>
  expectations: readonly Expectation[]
  losses: readonly number[]
}

/** Fits all groups. A group that nobody measured keeps its `shipped` coefficients, and few rows stay near them. */
export function fitPresence(
  rows: readonly PresenceRow[],
  shipped: PresenceCoefficients,
  faults: RosterTerms,
): PresenceFit {
  const operators = [...new Set(rows.map(({ operator }) => operator))].sort()
  const fits = TECHNOLOGY_GROUPS.map((group) => {
    const ofGroup = rows.filter(({ features }) => features.group === group)
    const fit = LINE_GROUPS.includes(group) ? fitLines : fitMeasurable
    return fit(group, ofGroup, operators, shipped.groups[group], faults)
  })
  return {
    coefficients: coefficientsOf(fits, operators),
    shares: fits.flatMap(({ group, expectations }) => placeSharesOf(group, expectations)),
    logLoss: meanOf(fits.flatMap(({ losses }) => losses)),
  }
}

const coefficientsOf = (fits: readonly GroupFit[], operators: readonly string[]): PresenceCoefficients => ({
  groups: Object.fromEntries(
    fits.map(({ group, coefficients }) => [group, coefficients]),
  ) as PresenceCoefficients['groups'],
  operators: Object.fromEntries(
    operators.map((operator) => [
      operator,
      Object.fromEntries(
        fits.flatMap(({ group, deviations }) => {
          const deviation = deviations.get(operator)
          return deviation ? [[group, deviation]] : []
        }),
      ),
    ]),
  ),
})

const meanOf = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length

type Fit = (
  group: TechnologyGroup,
  rows: readonly PresenceRow[],
  operators: readonly string[],
  shipped: GroupCoefficients,
  faults: RosterTerms,
) => GroupFit

const unfitted = (group: TechnologyGroup, shipped: GroupCoefficients): GroupFit => ({
  group,
  coefficients: shipped,
  deviations: new Map(),
  expectations: [],
  losses: [],
})

interface TriedRow extends PresenceRow {
  passing: number
}

const isTried = (row: PresenceRow): row is TriedRow => row.passing !== null

/** A group that anyone can try anywhere, such as a mobile network. */
const fitMeasurable: Fit = (group, rows, operators, shipped, faults) => {
  const tried = rows.filter(isTried)
  if (tried.length === 0) return unfitted(group, shipped)
  const regression = regressionOf(tried, operators)
  const labelsOf = (priors: readonly number[]) =>
    tried.map(({ passing }, i) => updatedPresence(priors[i]!, passing, faults))
  const fitted = maximise(regression, labelsOf, assumedOf(shipped, operators))
  const priors = priorsOf(regression, fitted)
  return {
    group,
    coefficients: groupCoefficientsFrom(fitted, {
      intercept: fitted[INTERCEPT]! + fitted[CHOSEN]!,
      untried: -fitted[CHOSEN]! - unchosenOf(rows, operators, fitted),
      place: shipped.place,
    }),
    deviations: deviationsFrom(fitted, operators),
    expectations: expectationsOf(tried, priors, labelsOf(priors)),
    losses: lossesOf(tried, priors, faults),
  }
}

/** Lines that are measured only where they exist; see LINE_GROUPS. */
const fitLines: Fit = (group, rows, operators, shipped, faults) => {
  const met = rows
    .filter(({ isOperatorTried }) => isOperatorTried)
    .map((row) => ({ ...row, wasChosen: false }))
  if (met.length === 0) return unfitted(group, shipped)
  const regression = regressionOf(met, operators)
  const labels = met.map(({ isPresent }) => Number(isPresent))
  const ofUntried = { ...shipped, intercept: shipped.intercept + shipped.untried, untried: 0 }
  const fitted = maximise(regression, () => labels, assumedOf(ofUntried, operators))
  const tried = met.filter(isTried)
  const triedRegression = regressionOf(tried, operators)
  const shift = shiftOfTried(triedRegression, tried, fitted, -shipped.untried, faults)
  return {
    group,
    coefficients: groupCoefficientsFrom(fitted, {
      intercept: fitted[INTERCEPT]! + shift,
      untried: -shift,
      place: shipped.place,
    }),
    deviations: deviationsFrom(fitted, operators),
    expectations: expectationsOf(met, priorsOf(regression, fitted), labels),
    losses: lossesOf(tried, priorsOf(triedRegression, fitted, shift), faults),
  }
}

/** The prior of each row; `shift` is added to the log odds. */
function priorsOf({ design, rowOf }: Regression, fitted: readonly number[], shift = 0): number[] {
  const priors = design.counts.map((_, row) => probabilityOf(logOddsAt(design, row, fitted) + shift))
  return rowOf.map((row) => priors[row]!)
}

const expectationsOf = (
  rows: readonly PresenceRow[],
  priors: readonly number[],
  labels: readonly number[],
): Expectation[] =>
  rows.map(({ operator, place }, i) => ({ operator, place, expected: priors[i]!, observed: labels[i]! }))

const MAX_ITERATIONS = 60
/** Coefficients are found when none moves by more than this. */
const TOLERANCE = 1e-5

/** Each step finds the labels by the coefficients so far, then moves the coefficients towards these labels. */
function maximise(
  regression: Regression,
  labelsOf: (priors: readonly number[]) => readonly number[],
  assumed: readonly AssumedCoefficient[],
): number[] {
  const { design, rowOf } = regression
  let fitted = assumed.map(({ value }) => value)
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    const sums = design.counts.map(() => 0)
    for (const [k, label] of labelsOf(priorsOf(regression, fitted)).entries()) sums[rowOf[k]!]! += label
    const means = sums.map((sum, row) => sum / design.counts[row]!)
    const next = newtonStep(design, means, fitted, assumed)
    const isFound = next.every((value, k) => Math.abs(value - fitted[k]!) < TOLERANCE)
    fitted = next
    if (isFound) break
  }
  return fitted
}

/** Finds the excess of the log odds of a line that somebody measures over those of one that nobody does; all else as it is. */
function shiftOfTried(
  regression: Regression,
  rows: readonly TriedRow[],
  fitted: readonly number[],
  assumedShift: number,
  faults: RosterTerms,
): number {
  let shift = assumedShift
  for (let i = 0; i < MAX_ITERATIONS; i++) {
    let [gradient, curvature] = [assumedShift - shift, 1]
    for (const [k, prior] of priorsOf(regression, fitted, shift).entries()) {
      gradient += updatedPresence(prior, rows[k]!.passing, faults) - prior
      curvature += prior * (1 - prior)
    }
    shift += gradient / curvature
    if (Math.abs(gradient / curvature) < TOLERANCE) break
  }
  return shift
}

/** The greatest share of the operators that serve which is taken to have been tried. */
const MAX_TRIED_SHARE = 0.95

/**
 * Finds the distance of the log odds of an operator that nobody chose below those of one of which nothing was said: with the share of
 * tried operators, and the odds of being tried of one that serves against one that does not, Bayes' rule gives it.
 */
function unchosenOf(
  rows: readonly PresenceRow[],
  operators: readonly string[],
  fitted: readonly number[],
): number {
  const regression = regressionOf(
    rows.map((row) => ({ ...row, wasChosen: false })),
    operators,
  )
  const serving = meanOf(priorsOf(regression, fitted))
  const tried = rows.filter(({ isOperatorTried }) => isOperatorTried).length / rows.length
  const ratio = Math.exp(fitted[CHOSEN]!)
  const triedOfOthers = Math.min(MAX_TRIED_SHARE, tried / (serving * ratio + 1 - serving))
  const triedOfServing = Math.min(MAX_TRIED_SHARE, triedOfOthers * ratio)
  return Math.log((1 - triedOfOthers) / (1 - triedOfServing))
}

/** The logarithmic loss of each decided group: how improbable its state was by the prior and the share of faulty devices. */
const lossesOf = (
  rows: readonly PresenceRow[],
  priors: readonly number[],
  { falseFailure, falsePass }: RosterTerms,
): number[] =>
  rows.flatMap(({ isDecided, isPresent }, i) => {
    const present = priors[i]! * (1 - falseFailure) + (1 - priors[i]!) * falsePass
    return isDecided ? [-Math.log(isPresent ? present : 1 - present)] : []
  })
