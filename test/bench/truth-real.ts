/**
 * How right the verdicts are in a country of the real shape, where an office mostly has one line of one operator: the roster
 * names the operators, and the priors of what nobody tried are fitted on measured states, as a real country's would be. `floor`
 * is the goal; ratio = ours / goal, except for `truth.real_calibration`: share right / confidence stated.
 *
 * TRUTH_SEED, TRUTH_DECLARATIONS=off and TRUTH_CAMPAIGNS=off make other countries.
 */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { importCoverage } from '#store/coverage'
import type { Database } from '#store/database'
import { calibrateOn } from '#store/presence'
import { ensureProbeMonths } from '#store/probes'
import { saveRule } from '#store/runs'
import { type Bench, type Ground, type Result, resultOf, tell } from './bench.js'
import { answersOf, runOfWindow } from './truth/answers.js'
import { type Answers, accuracyOf, binOf, boundsShareOf } from './truth/judge.js'
import { type RealCountry, makeRealCountry } from './truth/real-country.js'
import { type Measured, measureCountry } from './truth/real-measuring.js'
import { monthsBefore, writeSamples } from './truth/samples.js'

const VILLAGES = 900
const SEED = Number(process.env['TRUTH_SEED'] ?? 20261130)
const HAS_DECLARATIONS = process.env['TRUTH_DECLARATIONS'] !== 'off'
const HAS_CAMPAIGNS = process.env['TRUTH_CAMPAIGNS'] !== 'off'
/** Fixed, so that the seasons fall on the same days whenever the bench runs. */
const END = new Date('2026-11-01T00:00:00Z')
const RULE = SHIPPED_RULES.find((rule) => rule.default)!
/**
 * The rule states few classes around 0.9. Whether a confidence of 0.9 is right in nine of ten cells is measured with a copy of
 * it that states them.
 */
const TALKATIVE_RULE: Rule = { ...RULE, classConfidence: 0.84, keepClassConfidence: 0.84 }
/** What an operator declares: any speed above the rule's. */
const DECLARED_BPS = 4_000_000

export const truthReal: Bench = {
  names: ['truth.real_accuracy', 'truth.real_calibration', 'truth.real_stated', 'truth.real_bounds'],
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const country = makeRealCountry(VILLAGES, SEED)
  const measured = measureCountry(country, END, HAS_CAMPAIGNS)
  tell(
    `truth.real: ${country.cells.size} cells, ${measured.tried.size} of them measured by ${measured.offices.length} offices and agents, ${measured.samples.length} samples`,
  )
  const place = await ground.database('truth_real')
  const database = await place.open('batch')
  try {
    await ensureProbeMonths(database.source.manager, monthsBefore(END))
    await writeSamples(place, measured.samples)
    if (HAS_DECLARATIONS) await declareCoverage(database, country)
    const first = await runOfWindow(database.source, RULE, END)
    const calibration = await calibrateOn(database.source, RULE, first, 'bench')
    tell(`truth.real: ${JSON.stringify(calibration)}`)
    const answers = await answersOf(database, await runOfWindow(database.source, RULE, END))
    const talkative = await saveRule(database.source, TALKATIVE_RULE)
    const near = await answersOf(database, await runOfWindow(database.source, talkative, END))
    return results(country, measured, answers, near)
  } finally {
    await database.close()
  }
}

/** What the operators declared a year before the end. */
async function declareCoverage({ source }: Database, { cells }: RealCountry): Promise<void> {
  const rows = [...cells.values()].flatMap((cell) =>
    cell.declaring.map((operator) => ({
      cell: BigInt(`0x${cell.h3}`).toString(),
      operator,
      technology: '4g' as const,
      downloadBps: DECLARED_BPS,
      uploadBps: null,
      onDate: '2025-11-01',
    })),
  )
  await importCoverage(source, 'declared', rows, { source: 'simulator', author: 'bench' })
}

function results({ cells }: RealCountry, { tried }: Measured, all: Answers, talkative: Answers): Result[] {
  const truth = new Map([...tried.keys()].map((h3) => [h3, cells.get(h3)!.class as string]))
  const answers: Answers = new Map([...all].filter(([h3]) => truth.has(h3)))
  const { accuracy, unknown } = accuracyOf(truth, answers)
  for (const count of [1, 2, 3]) {
    const some: Answers = new Map([...answers].filter(([h3]) => tried.get(h3)!.size === count))
    const { accuracy: right, unknown: open } = accuracyOf(truth, some)
    tell(
      `truth.real: ${count} of 3 operators tried: ${some.size} cells, ${(1 - open).toFixed(3)} stated, of which ${right.toFixed(3)} right`,
    )
  }
  tellConfusion(truth, answers)
  const sure = binOf(truth, answers, 0.9, 1)
  tell(`truth.real: stated with 0.9 or more: ${sure.cells} cells, of which ${sure.right.toFixed(3)} right`)
  const near = binOf(truth, new Map([...talkative].filter(([h3]) => truth.has(h3))), 0.85, 0.95)
  tell(
    `truth.real: of ${near.cells} cells stated between 0.85 and 0.95 (${near.stated.toFixed(3)} on the mean) ${near.right.toFixed(3)} are right`,
  )
  const bounds = boundsShareOf(
    new Map([...tried.keys()].map((h3) => [h3, cells.get(h3)!.serving.length])),
    answers,
  )
  return [
    resultOf('truth.real_accuracy', accuracy, 0.97, 'share', accuracy / 0.97),
    resultOf('truth.real_calibration', near.right, near.stated, 'share', near.right / near.stated),
    resultOf('truth.real_stated', 1 - unknown, 1, 'share', 1 - unknown),
    resultOf('truth.real_bounds', bounds, 0.99, 'share', bounds / 0.99),
  ]
}

function tellConfusion(truth: ReadonlyMap<string, string>, answers: Answers): void {
  for (const stated of ['white', 'grey', 'black', 'unknown']) {
    const cells = [...answers].filter(([, answer]) => answer.class === stated)
    const counts = ['white', 'grey', 'black'].map(
      (colour) => `${cells.filter(([h3]) => truth.get(h3) === colour).length} ${colour}`,
    )
    tell(`truth.real: stated ${stated}: ${cells.length} cells, in truth ${counts.join(', ')}`)
  }
}
