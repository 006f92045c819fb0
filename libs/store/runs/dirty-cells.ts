/** Which cells a run has to judge again: those of which something was learned, or aged, since the run before. */
import type { Rule } from '#domain/rule'
import type { ClassCounts } from '#domain/verdict'
import type { Queryable } from '../database/database.js'

interface Window {
  from: Date
  to: Date
  knownBefore: Date
}

/** A larger share of the cells than this is judged faster in one pass over all probes. */
const MAX_DIRTY_SHARE = 0.25

const TIME_ZONE_SQL = `'Africa/Casablanca'`

/** Start of the local day that lies so many days before a time. */
const midnight = (time: string, days: string) =>
  `(((${time} AT TIME ZONE ${TIME_ZONE_SQL})::date - ${days}::integer)::timestamp AT TIME ZONE ${TIME_ZONE_SQL})`

/**
 * $1, $2 known-before of the run before and of this; $3, $4 their `from`; $5, $6 their `to`; $7 days after which a sample
 * weighs half (null: never), $8 days after which it is settled. New probes are found by the block ranges in which they
 * were received; those that only grew older by the ranges of time that the window's marks passed over since.
 */
const CELLS_WITH_NEW_PROBES = `
  SELECT cell FROM probe WHERE received_at >= $1::timestamptz AND received_at < $2::timestamptz AND measured_at >= $4
  UNION SELECT cell FROM probe_flag WHERE created_at >= $1 AND created_at < $2 AND NOT counted
  UNION SELECT cell FROM probe WHERE measured_at >= $3::timestamptz AND measured_at < $4::timestamptz
  UNION SELECT cell FROM probe WHERE measured_at >= $5::timestamptz AND measured_at < $6::timestamptz
  UNION SELECT cell FROM probe WHERE measured_at >= ${midnight('$5', '$7')} AND measured_at < ${midnight('$6', '$7')}
  UNION SELECT cell FROM probe WHERE measured_at >= ${midnight('$5', '$8')} AND measured_at < ${midnight('$6', '$8')}`

/** $9 the rule's horizon in days (null: none). Claims that came, went, fell due or came within the horizon. */
const CELLS_WITH_NEW_CLAIMS = `
  UNION SELECT cell FROM coverage WHERE received_at >= $1 AND received_at < $2
  UNION SELECT cell FROM coverage WHERE withdrawn_at >= $1 AND withdrawn_at < $2
  UNION SELECT cell FROM coverage, (SELECT ($5 AT TIME ZONE ${TIME_ZONE_SQL})::date AS before, ($6 AT TIME ZONE ${TIME_ZONE_SQL})::date AS now) AS day
    WHERE (on_date >= day.before AND on_date <= day.now)
      OR (on_date > day.before + $9::integer AND on_date <= day.now + $9)`

/** Null where so many cells changed that all are judged. */
export async function dirtyCells(
  tx: Queryable,
  rule: Rule,
  before: Window & { counts: ClassCounts },
  window: Window,
): Promise<string[] | null> {
  const { white, grey, black, unknown } = before.counts
  const most = Math.floor((white + grey + black + unknown) * MAX_DIRTY_SHARE)
  const countsClaims = rule.declaredCounts || rule.planningHorizonDays !== null
  const rows: { cell: string }[] = await tx.query(
    `SELECT cell::text FROM (${CELLS_WITH_NEW_PROBES} ${countsClaims ? CELLS_WITH_NEW_CLAIMS : ''}) AS dirty LIMIT ${countsClaims ? '$10' : '$9'}`,
    [
      before.knownBefore,
      window.knownBefore,
      before.from,
      window.from,
      before.to,
      window.to,
      rule.halfWeightAfterDays,
      rule.settleDays,
      ...(countsClaims ? [rule.planningHorizonDays] : []),
      most + 1,
    ],
  )
  return rows.length > most ? null : rows.map((row) => row.cell)
}
