/**
 * The tests that would decide a cell of which something is known, but not its class: the smallest set of operators to try, in the
 * order in which each is worth most. Each outcome is followed to the verdict that it would give. Pure.
 */
import { TECHNOLOGIES, type Technology } from '../probe/probe.js'
import type { Rule } from '../rule/rule.js'
import {
  type CellVerdict,
  type Class,
  type NetworkEvidence,
  type RosterContext,
  type TechnologyGroup,
  cellVerdictOf,
  groupOf,
  isDecidedState,
  networkState,
  presencesOfCell,
} from '../verdict/index.js'
import { type Effort, type TestedNetwork, effortsOf, evidenceAfter } from './effort.js'

/** The knowledge of a cell after a test. */
export interface TestOutcome {
  class: Class
  /** The fewest and the most operators that can serve then. */
  lower: number | null
  upper: number | null
}

/** Tests of one operator by one group of technologies. */
export interface DecidingTest extends TestedNetwork, Effort {
  /**
   * All technologies of the group by which the operator may serve, and which the rule counts. Tests by another one than
   * `technology` count for that one alone.
   */
  technologies: Technology[]
  /** The probability that the operator serves here, before anybody tests it; null where nothing speaks for a figure. */
  presence: number | null
  /** The knowledge if this operator alone were tested, and all tests passed or all found no service. */
  ifServes: TestOutcome
  ifNot: TestOutcome
}

export interface TestPlan {
  /** Later ones are needed only where those before leave the class open. */
  tests: DecidingTest[]
  /** The probability that a class is stated after all of them, 0 to 1. */
  decides: number
}

/** The largest number of operators and groups that are weighed against one another in one cell. */
const MAX_CANDIDATES = 3
/** A further test is worth its way if it decides so much more. */
const MIN_GAIN = 0.02
/** The probability that an operator serves where none is known. */
const EVEN = 0.5

/**
 * The tests for one cell; none where its class is stated, or no number of tests that a visit can make decides it. Outcomes of
 * different operators are taken as independent.
 */
export function testPlanOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext,
): TestPlan {
  const nothing: TestPlan = { tests: [], decides: 0 }
  if (cellVerdictOf(rule, networks, context).class !== 'unknown') return nothing
  const candidates = candidatesOf(rule, networks, context)
  const steps = Math.max(0, ...candidates.map(({ efforts }) => efforts.length))
  if (steps === 0) return nothing
  const treeWith = (step: number) =>
    new OutcomeTree(
      rule,
      networks,
      context,
      candidates.map(({ efforts, ...one }) => ({
        ...one,
        effort: efforts[Math.min(step, efforts.length - 1)]!,
      })),
    )
  const strongest = planWith(treeWith(steps - 1))
  for (let step = 0; step < steps - 1; step++) {
    const plan = planWith(treeWith(step))
    if (plan.decides >= strongest.decides - MIN_GAIN) return plan
  }
  return strongest
}

interface Candidate extends TestedNetwork {
  technologies: Technology[]
  presence: number | null
  /** The measurements of the network; null if nobody tried it. */
  evidence: NetworkEvidence | null
  effort: Effort
}

/** Networks that a visit can test and that measurements have not decided: mobile ones first, for which a SIM is enough. */
function candidatesOf(rule: Rule, networks: readonly NetworkEvidence[], context: RosterContext) {
  const serving = new Set(
    networks.filter((network) => networkState(rule, network) === 'present').map(({ operator }) => operator),
  )
  return context.services
    .filter(({ operator }) => !serving.has(operator))
    .flatMap(({ operator, technologies }) =>
      VISITED_GROUPS.flatMap((group) =>
        candidateOf(rule, networks, context, {
          operator,
          technologies: technologies.filter((technology) => groupOf(technology) === group),
        }),
      ),
    )
    .sort((a, b) => rankOf(a) - rankOf(b) || (b.presence ?? EVEN) - (a.presence ?? EVEN))
    .slice(0, MAX_CANDIDATES)
}

/** A copper or fibre line must be ordered: no visitor brings one. */
const VISITED_GROUPS: readonly TechnologyGroup[] = ['mobile', 'wireless']

const rankOf = ({ technology }: TestedNetwork): number => VISITED_GROUPS.indexOf(groupOf(technology))

function candidateOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext,
  { operator, technologies }: { operator: string; technologies: Technology[] },
) {
  const technology = bestOf(technologies)
  if (technology === null) return []
  const measured = networks.filter(
    (one) => one.operator === operator && one.weight > 0 && groupOf(one.technology) === groupOf(technology),
  )
  if (measured.length > 0 && measured.every((one) => isDecidedState(networkState(rule, one)))) return []
  const evidence = measured.find((one) => one.technology === technology) ?? null
  const efforts = effortsOf(rule, { operator, technology }, evidence)
  const presence = groupPresenceOf(rule, networks, context, { operator, technologies })
  return efforts.length === 0 ? [] : [{ operator, technology, technologies, presence, evidence, efforts }]
}

/** A phone uses the best that it finds: of mobile technologies 4G is found most, and 5G names the others no less. */
function bestOf(technologies: readonly Technology[]): Technology | null {
  if (technologies.includes('4g')) return '4g'
  return TECHNOLOGIES.findLast((technology) => technologies.includes(technology)) ?? null
}

/** The probability that an operator serves by these technologies, as if it had no others. */
function groupPresenceOf(
  rule: Rule,
  networks: readonly NetworkEvidence[],
  context: RosterContext,
  service: { operator: string; technologies: Technology[] },
): number | null {
  const isOfService = ({ operator, technology }: NetworkEvidence) =>
    operator !== service.operator || service.technologies.some((one) => groupOf(one) === groupOf(technology))
  const services = context.services.map((one) => (one.operator === service.operator ? service : one))
  const presences = presencesOfCell(rule, networks.filter(isOfService), { ...context, services })
  return presences.find(({ operator }) => operator === service.operator)?.current?.presence ?? null
}

type Result = 'serves' | 'fails' | 'untested'

/** The verdicts that follow from results of the candidates; each is computed once. */
class OutcomeTree {
  private readonly verdicts = new Map<string, CellVerdict>()

  constructor(
    private readonly rule: Rule,
    private readonly networks: readonly NetworkEvidence[],
    private readonly context: RosterContext,
    readonly candidates: readonly Candidate[],
  ) {}

  verdictAfter(results: readonly Result[]): CellVerdict {
    const key = results.join()
    const known = this.verdicts.get(key)
    if (known) return known
    const tested = this.candidates.flatMap((candidate, i) =>
      results[i] === 'untested'
        ? []
        : [evidenceAfter(candidate, candidate.evidence, candidate.effort, results[i] === 'serves')],
    )
    const others = this.networks.filter(
      (one) =>
        !tested.some((other) => other.operator === one.operator && other.technology === one.technology),
    )
    const verdict = cellVerdictOf(this.rule, [...others, ...tested], this.context)
    this.verdicts.set(key, verdict)
    return verdict
  }

  /** The results of a test of one candidate alone. */
  only(index: number, result: Result): Result[] {
    return this.candidates.map((_, i) => (i === index ? result : 'untested'))
  }

  /** The probability that a class is stated after tests of these candidates, one after the other while it is open. */
  decidedBy(order: readonly number[], results = this.only(-1, 'untested')): number {
    if (this.verdictAfter(results).class !== 'unknown') return 1
    const [next, ...rest] = order
    if (next === undefined) return 0
    const presence = this.candidates[next]!.presence ?? EVEN
    const after = (result: Result) => this.decidedBy(rest, results.with(next, result))
    return presence * after('serves') + (1 - presence) * after('fails')
  }
}

/** The shortest order of candidates that decides nearly as much as the best. */
function planWith(tree: OutcomeTree): TestPlan {
  const orders = ordersOf(tree)
  const most = Math.max(...orders.map(({ decides }) => decides))
  const enough = orders.filter(({ decides }) => decides >= most - MIN_GAIN)
  const { order, decides } = enough.toSorted(
    (a, b) => a.order.length - b.order.length || a.samples - b.samples || b.decides - a.decides,
  )[0]!
  return { tests: order.map((index) => decidingTestOf(tree, index)), decides }
}

/** Every order of every set of candidates, with what it decides: an early test may make a later one unnecessary. */
const ordersOf = (tree: OutcomeTree) =>
  arrangementsOf(tree.candidates.map((_, i) => i)).map((order) => ({
    order,
    decides: tree.decidedBy(order),
    samples: order.reduce((sum, index) => sum + tree.candidates[index]!.effort.samples, 0),
  }))

const arrangementsOf = (items: readonly number[]): number[][] => [
  [],
  ...items.flatMap((item) =>
    arrangementsOf(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  ),
]

function decidingTestOf(tree: OutcomeTree, index: number): DecidingTest {
  const { operator, technology, technologies, presence, effort } = tree.candidates[index]!
  const after = (result: Result): TestOutcome => {
    const { class: stated, lower, upper } = tree.verdictAfter(tree.only(index, result))
    return { class: stated, lower, upper }
  }
  return {
    operator,
    technology,
    technologies,
    presence,
    ...effort,
    ifServes: after('serves'),
    ifNot: after('fails'),
  }
}
