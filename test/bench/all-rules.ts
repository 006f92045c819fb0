/** Seconds for runs of all rules, made together, against one bare GROUP BY over the same probes: one and two million. */
import { SHIPPED_RULES } from '#domain/rule'
import { classifyAll } from '#store/runs'
import { type Bench, type Ground, type Result, median, resultOf, tell, timed } from './bench.js'
import { GROUP } from './classify.js'
import { type Country, PROBES_PER_CELL } from './country.js'

const ROUNDS = 3
const SMALL = 20_000
const LARGE = 40_000

export const allRules: Bench = {
  names: ['classify.all_rules', 'classify.all_rules_1m', 'classify.all_rules_slope'],
  run,
}

async function run(ground: Ground): Promise<Result[]> {
  const small = await measured(await ground.country(SMALL))
  const large = await measured(await ground.country(LARGE))
  const slope = (key: keyof typeof small) => Math.log10(large[key] / small[key]) / Math.log10(LARGE / SMALL)
  return [
    resultOf('classify.all_rules', large.rules, large.group, 's', large.rules / large.group),
    resultOf('classify.all_rules_1m', small.rules, small.group, 's', small.rules / small.group),
    resultOf(
      'classify.all_rules_slope',
      slope('rules'),
      slope('group'),
      'log-log slope',
      slope('rules') / slope('group'),
    ),
  ]
}

async function measured({ place, cells, window }: Country) {
  const { source, close } = await place.open('batch')
  const seconds = async (work: () => Promise<unknown>) => (await timed(work)) / 1000
  // Runs of fixed dates make series of their own, so every verdict is written.
  const all = () => classifyAll(source, SHIPPED_RULES, { ...window, author: 'bench' })
  const group = () => source.query(`EXPLAIN (ANALYZE, TIMING OFF) ${GROUP}`, [window.from, window.to])
  try {
    // Reads the pages into memory for both sides, and finds the areas of each cell: once in a cell's life.
    await all()
    const rounds: { rules: number; group: number }[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const figures = { group: await seconds(group), rules: await seconds(all) }
      rounds.push(figures)
      tell(
        `classify: all rules over ${cells * PROBES_PER_CELL} probes ${figures.rules.toFixed(2)} s, group ${figures.group.toFixed(2)} s`,
      )
    }
    const of = (key: 'rules' | 'group') => median(rounds.map((figures) => figures[key]))
    return { rules: of('rules'), group: of('group') }
  } finally {
    await close()
  }
}
