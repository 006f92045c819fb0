/** Events of a dispute: each changes its state, and stays in its history. */
import { type Right, type Scope, hasRight, isInScope } from '#domain/account'
import {
  DISPUTE_LIMITS,
  type DisputeAction,
  type DisputeRelation,
  type DisputeState,
  isActionOpenTo,
  isFinished,
  partyOf,
  stateAfter,
} from '#domain/dispute'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { sql } from '../database/sql.js'
import { recordChange } from '../people/changes.js'
import type { NewDocument, DisputeRole, DisputeRow } from './disputes.js'

export interface DisputeAuthor {
  /** Name of the account, or id of the device. */
  name: string
  role: DisputeRole
  /** The operator that an account of the role `operator` represents; null otherwise. */
  operator: string | null
  /** Code of the device's site; null for an account. */
  siteCode: string | null
  /** The areas that the account is bound to; null for the whole country, and for a device. */
  areas: Scope
}

/**
 * `not_yours`: this author may not do that; `not_now`: the state does not allow it; `too_much`: a limit is reached;
 * `no_subject`: there is nothing to contest; `unknown`: there is no such dispute.
 */
export interface DisputeRefusal {
  refused: 'not_yours' | 'not_now' | 'too_much' | 'no_subject' | 'unknown'
  /** The reason as a sentence. */
  detail: string
}

export const disputeRefusal = (refused: DisputeRefusal['refused'], detail: string): DisputeRefusal => ({
  refused,
  detail,
})

/** Text of an author in the list of changes. */
export const authorText = ({ name, role }: DisputeAuthor) => (role === 'device' ? `device ${name}` : name)

interface NewEvent {
  number: number
  action: DisputeAction | 'open'
  state: DisputeState
  comment: string
}

export async function insertEvent(
  tx: Queryable,
  id: string,
  { number, action, state, comment }: NewEvent,
  by: DisputeAuthor,
  at: Date,
): Promise<void> {
  await queryRows(
    tx,
    sql`INSERT INTO dispute_event (dispute_id, number, at, action, state, author, author_role, author_operator, comment)
     VALUES (${id}, ${number}, ${at}, ${action}, ${state}, ${by.name}, ${by.role}, ${by.operator}, ${comment})`,
  )
}

/** Inserts an event's documents, numbered from `first` on. */
export async function insertDocuments(
  tx: Queryable,
  id: string,
  { first, event }: { first: number; event: number },
  documents: readonly NewDocument[],
): Promise<void> {
  for (const [i, { name, mediaType, content }] of documents.entries())
    await queryRows(
      tx,
      sql`INSERT INTO dispute_document (dispute_id, number, event_number, name, media_type, content)
       VALUES (${id}, ${first + i}, ${event}, ${name}, ${mediaType}, ${content})`,
    )
}

export interface NewDisputeEvent {
  action: DisputeAction
  comment: string
  documents: readonly NewDocument[]
}

/** Adds an event if the author and the state allow it. The contested verdict or declaration is not changed. */
export async function addDisputeEvent(
  source: DataSource,
  id: string,
  { action, comment, documents }: NewDisputeEvent,
  by: DisputeAuthor,
  at: Date,
): Promise<{ state: DisputeState } | DisputeRefusal> {
  return source.transaction(async (tx) => {
    const dispute = await queryRow<ContestedPlace & { state: DisputeState }>(
      tx,
      sql`SELECT state, operator, opened_by AS "openedBy", opener_role AS "openerRole", region_code AS "regionCode",
         province_code AS "provinceCode", commune_code AS "communeCode" FROM dispute WHERE id = ${id} FOR UPDATE`,
    )
    if (!dispute) return disputeRefusal('unknown', `there is no dispute ${id}`)
    if (!isActionOpenTo(action, partyOf(disputeRelationOf(dispute, by))))
      return disputeRefusal('not_yours', `you are not allowed to ${action} this dispute`)
    const state = stateAfter(dispute.state, action)
    if (!state) return disputeRefusal('not_now', `${action} is not possible: the dispute is ${dispute.state}`)
    const counts = await countsOf(tx, id)
    const refused = limitReached(counts, state, documents.length)
    if (refused) return refused
    const number = counts.events + 1
    await insertEvent(tx, id, { number, action, state, comment }, by, at)
    await insertDocuments(tx, id, { first: counts.documents + 1, event: number }, documents)
    await queryRows(tx, sql`UPDATE dispute SET state = ${state} WHERE id = ${id}`)
    await recordChange(tx, authorText(by), `${action} dispute`, id, {
      comment,
      before: { state: dispute.state },
      after: { state },
    })
    return { state }
  })
}

interface DisputeCounts {
  events: number
  documents: number
}

async function countsOf(tx: Queryable, id: string): Promise<DisputeCounts> {
  const counts = await queryRow<DisputeCounts>(
    tx,
    sql`SELECT (SELECT count(*) FROM dispute_event WHERE dispute_id = ${id})::integer AS events,
       (SELECT count(*) FROM dispute_document WHERE dispute_id = ${id})::integer AS documents`,
  )
  return counts!
}

/**
 * The refusal of an event that exceeds a limit; null if it does not. A dispute can be finished however many events it
 * has.
 */
function limitReached(
  { events, documents }: DisputeCounts,
  state: DisputeState,
  newDocuments: number,
): DisputeRefusal | null {
  if (events >= DISPUTE_LIMITS.events && !isFinished(state))
    return disputeRefusal('too_much', `the dispute has ${events} events: it can only be decided or withdrawn`)
  if (documents + newDocuments > DISPUTE_LIMITS.documents)
    return disputeRefusal(
      'too_much',
      `the dispute has ${documents} documents; the limit is ${DISPUTE_LIMITS.documents}`,
    )
  return null
}

type ContestedPlace = Pick<
  DisputeRow,
  'openedBy' | 'openerRole' | 'operator' | 'regionCode' | 'provinceCode' | 'communeCode'
>

/**
 * The part that somebody has in a dispute; `who` is null if nobody is signed in. An account may have the same name as a device's id. Who is bound
 * to areas is a planner or the operator of disputes there only.
 */
export function disputeRelationOf(
  { openedBy, openerRole, operator, regionCode, provinceCode, communeCode }: ContestedPlace,
  who: DisputeAuthor | null,
): DisputeRelation {
  if (!who) return { isOpener: false, isPlanner: false, isRespondent: false }
  const mayActHere = (right: Right) =>
    who.role !== 'device' &&
    hasRight({ role: who.role }, right) &&
    isInScope(communeCode ?? provinceCode ?? regionCode, who.areas)
  return {
    isOpener: who.name === openedBy && (who.role === 'device') === (openerRole === 'device'),
    isPlanner: mayActHere('review disputes'),
    isRespondent: operator !== null && operator === who.operator && mayActHere('answer for an operator'),
  }
}
