/** Reads the stored models of the prior probability that an operator serves a cell. */
import { type PresenceCoefficients, SHIPPED_PRESENCE_COEFFICIENTS } from '#domain/verdict'
import type { Queryable } from '../database/database.js'
import { queryRow } from '../database/query.js'
import { sql } from '../database/sql.js'

/** Id of the newest model of a rule that was received before a moment; null if there is none. */
export async function presenceModelKnownBefore(
  db: Queryable,
  ruleId: string,
  knownBefore: Date,
): Promise<number | null> {
  const row = await queryRow<{ id: number }>(
    db,
    sql`SELECT id FROM presence_model WHERE rule_id = ${ruleId} AND received_at < ${knownBefore}
     ORDER BY received_at DESC, id DESC LIMIT 1`,
  )
  return row?.id ?? null
}

/** The coefficients of a model; null stands for those that are shipped. */
export async function presenceCoefficients(
  db: Queryable,
  model: number | null,
): Promise<PresenceCoefficients> {
  if (model === null) return SHIPPED_PRESENCE_COEFFICIENTS
  const row = await queryRow<{ coefficients: PresenceCoefficients }>(
    db,
    sql`SELECT coefficients FROM presence_model WHERE id = ${model}`,
  )
  if (!row) throw new Error(`there is no presence model ${model}`)
  return row.coefficients
}
