/** Opens a dispute. */
import { type ClaimedState, DISPUTE_LIMITS, deadlineOf } from '#domain/dispute'
import { cellFromSql, centreOf } from '#geo'
import { randomUUID } from 'node:crypto'
import type { DataSource } from 'typeorm'
import { SMALLEST_AREA_AT_POINT, areaCodesOf } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import type { RunKey, RunRow } from '../runs/run.js'
import { verdictAt } from '../verdicts/verdicts.js'
import {
  type DisputeAuthor,
  type DisputeRefusal,
  authorText,
  disputeRefusal,
  insertDocuments,
  insertEvent,
} from './dispute-events.js'
import type { NewDocument } from './disputes.js'
import { UNFINISHED_DISPUTE } from './unfinished.js'

export interface NewDispute {
  /** Cell index as a decimal number, as in the database. */
  cell: string
  /** The verdict of the cell in a run, or an operator's declaration there. */
  subject:
    | { kind: 'verdict'; run: RunKey & Pick<RunRow, 'rule'> }
    | { kind: 'declaration'; operator: string; technology: string }
  claimed: ClaimedState
  /** The claim in the opener's words. */
  claim: string
  probeIds: readonly string[]
  reference: string | null
  documents: readonly NewDocument[]
  simulated: boolean
}

export async function openDispute(
  source: DataSource,
  dispute: NewDispute,
  by: DisputeAuthor,
  at: Date,
): Promise<{ id: string } | DisputeRefusal> {
  return source.transaction(async (tx) => {
    // Without the lock two simultaneous requests of one author could both be the last allowed one.
    await takeLock(tx, `disputes of ${by.role} ${by.name}`)
    const contested = await contestedValueOf(tx, dispute)
    const refused =
      (await limitReached(tx, dispute, by)) ??
      (await probeOutsideCell(tx, dispute)) ??
      (contested === null ? nothingDeclared(dispute) : null)
    if (refused) return refused
    const id = randomUUID()
    await insertDispute(tx, id, dispute, contested!, by, at)
    await insertEvent(tx, id, { number: 1, action: 'open', state: 'open', comment: dispute.claim }, by, at)
    await insertDocuments(tx, id, { first: 1, event: 1 }, dispute.documents)
    await recordChange(tx, authorText(by), 'open dispute', id, { comment: dispute.claim })
    return { id }
  })
}

function nothingDeclared({ subject }: NewDispute): DisputeRefusal {
  const { operator, technology } = subjectColumns(subject)
  return disputeRefusal('no_subject', `operator ${operator} declares no ${technology} coverage in this cell`)
}

/** The contested value at present: a class, or bit/s. Null if nothing is declared. */
async function contestedValueOf(tx: Queryable, { cell, subject }: NewDispute): Promise<string | null> {
  if (subject.kind === 'verdict') return (await verdictAt(tx, subject.run, cell))?.class ?? 'unknown'
  const claim = await queryRow<{ bps: string | null }>(
    tx,
    sql`SELECT max(download_bps)::text AS bps FROM coverage
     WHERE cell = ${cell}::bigint AND kind = 'declared' AND operator = ${subject.operator}
       AND technology = ${subject.technology} AND withdrawn_at IS NULL`,
  )
  return claim!.bps
}

async function limitReached(
  tx: Queryable,
  { cell, subject }: NewDispute,
  by: DisputeAuthor,
): Promise<DisputeRefusal | null> {
  const limit = by.role === 'device' ? DISPUTE_LIMITS.openPerDevice : DISPUTE_LIMITS.openPerAccount
  const { rule, operator, technology } = subjectColumns(subject)
  const own = await queryRow<{ open: number; same: string | null }>(
    tx,
    sql`SELECT count(*)::integer AS open, (array_agg(id) FILTER (WHERE subject = ${subject.kind} AND cell = ${cell}::bigint
       AND (rule_id, operator, technology) IS NOT DISTINCT FROM (${rule}::text, ${operator}::text, ${technology}::text)))[1] AS same
     FROM dispute AS d
     WHERE opened_by = ${by.name} AND (opener_role = 'device') = ${by.role === 'device'} AND ${UNFINISHED_DISPUTE}`,
  )
  const { open, same } = own!
  if (same)
    return disputeRefusal('too_much', `you already have open dispute ${same} on this: add to that one`)
  return open >= limit
    ? disputeRefusal('too_much', `you have ${open} unfinished disputes; the limit is ${limit}`)
    : null
}

async function probeOutsideCell(
  tx: Queryable,
  { cell, probeIds }: NewDispute,
): Promise<DisputeRefusal | null> {
  const outside = await queryRow<{ id: string }>(
    tx,
    sql`SELECT u.id FROM unnest(${probeIds}::uuid[]) AS u(id)
     WHERE NOT EXISTS (SELECT 1 FROM probe_ledger AS p WHERE p.id = u.id AND p.cell = ${cell}::bigint)`,
  )
  return outside
    ? disputeRefusal('no_subject', `probeIds has ${outside.id}: no probe of this cell has this id`)
    : null
}

function subjectColumns(subject: NewDispute['subject']) {
  return subject.kind === 'verdict'
    ? { run: subject.run.id, rule: subject.run.rule, operator: null, technology: null }
    : { run: null, rule: null, operator: subject.operator, technology: subject.technology }
}

/** The smallest area is looked up by the cell's centre: a cell where nothing was measured has no row in `cell_place` yet. */
async function insertDispute(
  tx: Queryable,
  id: string,
  dispute: NewDispute,
  contested: string,
  by: DisputeAuthor,
  at: Date,
): Promise<void> {
  const { run, rule, operator, technology } = subjectColumns(dispute.subject)
  const [lng, lat] = centreOf(cellFromSql(dispute.cell))
  await queryRows(
    tx,
    sql`INSERT INTO dispute (id, subject, cell, run_id, rule_id, operator, technology, standing, region_code, province_code,
       commune_code, opened_by, opener_role, opener_operator, site_code, claimed, claim, probe_ids, reference, opened_at,
       due_by, state, simulated)
     SELECT ${id}, ${dispute.subject.kind}, ${dispute.cell}, ${run}, ${rule}, ${operator}, ${technology}, ${contested},
       ${areaCodesOf('place.code')}, ${by.name}, ${by.role}, ${by.operator}, ${by.siteCode}, ${dispute.claimed},
       ${dispute.claim}, ${dispute.probeIds}, ${dispute.reference}, ${at}, ${new Date(deadlineOf(at.getTime()))}, 'open',
       ${dispute.simulated}
     FROM (SELECT ${SMALLEST_AREA_AT_POINT} AS code
       FROM ST_SetSRID(ST_MakePoint(${lng}, ${lat}), 4326) AS point OFFSET 0) AS place`,
  )
}
