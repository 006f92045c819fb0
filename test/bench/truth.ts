/**
 * How right the verdicts are, in a simulated country whose truth is known and where every operator is tried in every cell. The
 * roster names its three mobile operators, and the priors are fitted on its own evidence. `floor` is the goal; ratio = ours / goal.
 */
import { SHIPPED_RULES } from '#domain/rule'
import { type Database } from '#store/database'
import { calibrateOn } from '#store/presence'
import { ensureProbeMonths } from '#store/probes'
import { addRosterEntry } from '#store/roster'
import { saveRule } from '#store/runs'
import { inferredClasses } from '#store/verdicts'
import { type Bench, type Ground, type Result, resultOf, tell } from './bench.js'
import { answersOf, runOfWindow } from './truth/answers.js'
import { type Answers, accuracyOf, binOf, movesBetween } from './truth/judge.js'
import { monthsBefore, writeSamples } from './truth/samples.js'
import { OPERATORS, type World, makeWorld, samplesOf } from './truth/world.js'

const CELLS = 2_300
const SEED = 20261123
const LIARS = 0.05
/** Successive days on which the same truth is judged again. */
const DAYS = 12
const DAY_MS = 86_400_000

export const truth: Bench = {
  names: [
    'truth.accuracy',
    'truth.unknown',
    'truth.calibration',
    'truth.inferred',
    'truth.flips',
    'truth.liars',
  ],
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const place = await ground.database('truth')
  const end = new Date(Math.floor(Date.now() / DAY_MS) * DAY_MS)
  const world = makeWorld(CELLS, SEED)
  const database = await place.open('batch')
  try {
    await ensureProbeMonths(database.source.manager, monthsBefore(end))
    await writeSamples(place, samplesOf(world, end, 0))
    await nameOperators(database)
    await calibrateOn(database.source, RULE, await runAt(database, end), 'bench')
    const days = await successiveDays(database, end)
    const honest = days.at(-1)!
    const held = await heldOut(database, world, end)
    const talkative = await saveRule(database.source, TALKATIVE_RULE)
    const near = await answersOf(database, await runOfWindow(database.source, talkative, end))
    await database.source.query('TRUNCATE probe')
    await writeSamples(place, samplesOf(world, end, LIARS))
    const lied = await judgedAt(database, end)
    return [...truthful(world, honest, near), held, flips(days), liars(honest, lied)]
  } finally {
    await database.close()
  }
}

function truthful(world: World, honest: Answers, talkative: Answers): Result[] {
  const truth = new Map(world.cells.map((cell) => [cell.h3, cell.class as string]))
  const { accuracy, unknown } = accuracyOf(truth, honest)
  for (const [from, to] of [
    [0.8, 0.85],
    [0.85, 0.9],
    [0.9, 0.95],
    [0.95, 0.98],
    [0.98, 0.99],
    [0.99, 1],
  ] as const) {
    const { cells, stated, right } = binOf(truth, honest, from, to)
    tell(
      `truth: stated ${from} to ${to}: ${cells} cells, ${stated.toFixed(3)} on the mean, ${right.toFixed(3)} right`,
    )
  }
  for (const colour of ['white', 'grey', 'black']) {
    const said = [...honest].filter(([, s]) => s.class === colour)
    const right = said.filter(([h3]) => truth.get(h3) === colour).length
    const there = world.cells.filter((cell) => cell.class === colour).length
    tell(`truth: ${colour}: ${there} true, ${said.length} said, of which ${right} right`)
  }
  const near = binOf(truth, talkative, 0.85, 0.95)
  return [
    resultOf('truth.accuracy', accuracy, 0.99, 'share', accuracy / 0.99),
    resultOf('truth.unknown', unknown, 1, 'share', unknown),
    resultOf('truth.calibration', near.right, near.stated, 'share', near.right / near.stated),
  ]
}

/** What is inferred of cells that nobody measured, against the truth: the share right beside the mean stated confidence. */
async function heldOut(database: Database, world: World, end: Date): Promise<Result> {
  const hidden = world.cells.filter((cell) => cell.isHidden)
  const run = await runAt(database, end)
  const offers = await inferredClasses(
    database.source.manager,
    run,
    RULE,
    hidden.map((cell) => cell.h3),
  )
  const truth = new Map(hidden.map((cell) => [cell.h3, cell.class as string]))
  const said: Answers = new Map(offers)
  for (const [from, to] of [
    [0.6, 0.7],
    [0.7, 0.8],
    [0.8, 0.9],
    [0.9, 1],
  ] as const) {
    const { cells, stated, right } = binOf(truth, said, from, to)
    tell(
      `truth: inferred at ${from} to ${to}: ${cells} cells, ${stated.toFixed(3)} on the mean, ${right.toFixed(3)} right`,
    )
  }
  const { cells, stated, right } = binOf(truth, said, 0, 1)
  tell(`truth: of ${hidden.length} cells that nobody measured, ${cells} are offered a class`)
  return resultOf('truth.inferred', right, stated, 'share', right / stated)
}

function flips(days: readonly Answers[]): Result {
  let [colour, lost, decided] = [0, 0, 0]
  for (const [i, after] of days.entries()) {
    if (i === 0) continue
    const moves = movesBetween(days[i - 1]!, after)
    colour += moves.colour
    lost += moves.lost
    decided += moves.decided
  }
  tell(`truth: of ${decided} decided cell-days, ${colour} took another class and ${lost} became undecided`)
  const share = (colour + lost) / decided
  return resultOf('truth.flips', share, 0.001, 'share a day', share / 0.001)
}

function liars(honest: Answers, lied: Answers): Result {
  const { colour, lost, found, cells } = movesBetween(honest, lied)
  tell(
    `truth: liars moved ${colour} of ${cells} cells to another class, ${lost} to undecided, ${found} from undecided`,
  )
  return resultOf('truth.liars', colour / cells, 0.01, 'share', colour / cells / 0.01)
}

async function successiveDays(database: Database, end: Date): Promise<Answers[]> {
  const days: Answers[] = []
  for (let back = DAYS - 1; back >= 0; back--)
    days.push(await judgedAt(database, new Date(end.getTime() - back * DAY_MS)))
  return days
}

const RULE = SHIPPED_RULES.find((rule) => rule.default)!
/** Whether a confidence of 0.9 is right in nine of ten cells is measured with a copy of the rule that states classes there. */
const TALKATIVE_RULE = { ...RULE, classConfidence: 0.84, keepClassConfidence: 0.84 }

/** Its operators have mobile networks alone: takes the place of the shipped roster. */
async function nameOperators({ source }: Database): Promise<void> {
  await source.query('DELETE FROM roster_entry')
  for (const operator of OPERATORS)
    await addRosterEntry(
      source,
      {
        operator,
        technologies: ['4g'],
        regionCodes: null,
        from: null,
        to: null,
        source: 'simulator',
        isAssumption: false,
      },
      { author: 'bench', comment: null },
    )
}

const runAt = ({ source }: Database, to: Date) => runOfWindow(source, RULE, to)

const judgedAt = async (database: Database, to: Date): Promise<Answers> =>
  answersOf(database, await runAt(database, to))
