/** Makes the features of `presence-model.ts` the columns of a regression, and its coefficients those of the model. Pure. */
import type { GroupCoefficients, OperatorDeviation, PresenceFeatures } from '../verdict/index.js'
import type { AssumedCoefficient, Design } from './logistic.js'

/** The columns that all operators share; two for each operator follow: that it is this one, and that it declares here. */
const SHARED_COLUMNS = 11
/** Columns whose coefficients are read by their place. */
export const INTERCEPT = 0
export const CHOSEN = 10

export interface DesignRow {
  operator: string
  features: Omit<PresenceFeatures, 'placeLogOdds' | 'isUntried'>
  /** Whether the operator was chosen by who measured it. */
  wasChosen: boolean
}

/** The regression of many rows: rows with the same features are one row of the design, `rowOf` says which. */
export interface Regression {
  design: Design
  rowOf: readonly number[]
}

export function regressionOf(rows: readonly DesignRow[], operators: readonly string[]): Regression {
  const columns: number[][] = []
  const counts: number[] = []
  const places = new Map<string, number>()
  const rowOf = rows.map((row) => {
    const { declared, around, othersDeclaring, othersPresent, othersAbsent } = row.features
    const key = [
      row.operator,
      declared,
      around,
      othersDeclaring,
      othersPresent,
      othersAbsent,
      row.wasChosen,
    ].join()
    const place = places.get(key) ?? columns.push(columnsOf(row, operators)) - 1
    places.set(key, place)
    counts[place] = (counts[place] ?? 0) + 1
    return place
  })
  const width = SHARED_COLUMNS + 2 * operators.length
  return { design: { width, values: Float64Array.from(columns.flat()), counts }, rowOf }
}

function columnsOf({ operator, features, wasChosen }: DesignRow, operators: readonly string[]): number[] {
  const { declared, around, othersDeclaring, othersPresent, othersAbsent } = features
  const [here, elsewhere] = [Number(declared === 1), Number(declared === -1)]
  return [
    1,
    here,
    elsewhere,
    here * around,
    elsewhere * around,
    Math.min(2, othersDeclaring),
    Number(othersPresent === 1),
    Number(othersPresent >= 2),
    Number(othersAbsent === 1),
    Number(othersAbsent >= 2),
    Number(wasChosen),
    ...operators.flatMap((other) => [Number(other === operator), Number(other === operator) * here]),
  ]
}

/** The weight of the assumption in rows of evidence, by kind of coefficient. */
const RIDGE = { shared: 1, chosen: 20, operator: 4 }

/**
 * The assumed coefficients of the columns: those that are shipped. `untried` compares the operators that nobody chose with those that
 * somebody did; half of it is the distance of the chosen from all.
 */
export function assumedOf(shipped: GroupCoefficients, operators: readonly string[]): AssumedCoefficient[] {
  const chosen = -shipped.untried / 2
  return [
    ...[
      shipped.intercept - chosen,
      shipped.declaredHere,
      shipped.declaredElsewhere,
      shipped.aroundHere,
      shipped.aroundElsewhere,
      shipped.othersDeclaring,
      ...shipped.othersPresent,
      ...shipped.othersAbsent,
    ].map((value) => ({ value, ridge: RIDGE.shared })),
    { value: chosen, ridge: RIDGE.chosen },
    ...operators.flatMap(() => [
      { value: 0, ridge: RIDGE.operator },
      { value: 0, ridge: RIDGE.operator },
    ]),
  ]
}

/** The coefficients of the model, but for the intercept and `untried`, which the callers find. */
export function groupCoefficientsFrom(
  fitted: readonly number[],
  { intercept, untried, place }: Pick<GroupCoefficients, 'intercept' | 'untried' | 'place'>,
): GroupCoefficients {
  const [, declaredHere, declaredElsewhere, aroundHere, aroundElsewhere, othersDeclaring, ...others] =
    fitted as [number, number, number, number, number, number, number, number, number, number]
  const [one, two, oneAbsent, twoAbsent] = others
  return {
    intercept,
    declaredHere,
    declaredElsewhere,
    aroundHere,
    aroundElsewhere,
    othersDeclaring,
    untried,
    place,
    othersPresent: [one, two],
    othersAbsent: [oneAbsent, twoAbsent],
  }
}

export const deviationsFrom = (
  fitted: readonly number[],
  operators: readonly string[],
): Map<string, OperatorDeviation> =>
  new Map(
    operators.map((operator, i) => [
      operator,
      { intercept: fitted[SHARED_COLUMNS + 2 * i]!, declaredHere: fitted[SHARED_COLUMNS + 2 * i + 1]! },
    ]),
  )
