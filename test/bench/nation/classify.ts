/** A run after 10,000 new probes, each in a cell of its own, in seconds. */
import { SHIPPED_RULES } from '#domain/rule'
import { classify, classifyRulesWithNews } from '#store/runs'
import { median } from '../bench.js'
import { tell, timed } from '../timing.js'
import { type Nation, withDatabase } from './country.js'

const ROUNDS = 3
const NEW_PROBES = 10_000
const DEFAULT = SHIPPED_RULES.find((rule) => rule.default)!

/** $1 seed of the choice of sites; each site's device measures its line once within the last hour. */
const NEWS = `
  INSERT INTO probe (cell, measured_at, id, received_at, device_id, site_code, lat, lng, technology, operator, outcome,
    download_bps, upload_bps, latency_ms, tool, flags, counted)
  SELECT cell, now() - interval '1 hour' * nation_fraction(n, $1), gen_random_uuid(), clock_timestamp(), device_id, site_code,
    lat, lng, technology, operator, 'ok', (mean_bps * (0.3 + 1.4 * nation_fraction(n, $1 + 1)))::bigint, 4000000, 45, 'ndt7', '{}', true
  FROM (SELECT DISTINCT ON (cell) * FROM nation_line ORDER BY cell, n) AS line
  ORDER BY nation_fraction(n, $1) LIMIT ${NEW_PROBES}`

export interface Incremental {
  /** The default rule. */
  one: number
  /** All the others after it. */
  others: number
}

export const incremental = (nation: Nation): Promise<Incremental> =>
  withDatabase(nation.place, async ({ source }) => {
    const rounds: Incremental[] = []
    // What was sent while the server was measured is judged first.
    await classifyRulesWithNews(source, 'bench')
    for (let round = 0; round < ROUNDS; round++) {
      await source.query(NEWS, [100 + 10 * round])
      const one = (await timed(() => classify(source, { rule: DEFAULT, author: 'bench' }))) / 1000
      const others = (await timed(() => classifyRulesWithNews(source, 'bench'))) / 1000
      rounds.push({ one, others })
      tell(
        `nation.classify: after ${NEW_PROBES} spread probes ${one.toFixed(2)} s, other rules ${others.toFixed(2)} s`,
      )
    }
    const of = (key: keyof Incremental) => median(rounds.map((round) => round[key]))
    return { one: of('one'), others: of('others') }
  })
