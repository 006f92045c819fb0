/** Reads disputes: lists, one dispute, its events and documents. */
import type { ClaimedState, DisputeAction, DisputeState, DisputeSubject } from '#domain/dispute'
import { isInArea } from '../areas/in-area.js'
import type { Queryable } from '../database/database.js'
import { queryRow, queryRows } from '../database/query.js'
import { allOf, raw, sql } from '../database/sql.js'
import type { Role } from '../people/accounts.js'
import { UNFINISHED_DISPUTE } from './unfinished.js'

/** The possible authors in a dispute: an account by its role, or a device. */
export type DisputeRole = Role | 'device'

export interface DisputeRow {
  id: string
  subject: DisputeSubject
  h3: string
  /** The run and its rule, if a verdict is contested; else null. */
  run: number | null
  rule: string | null
  /** The operator, if a declaration is contested; else null. */
  operator: string | null
  technology: string | null
  /** The contested value when the dispute was opened: the verdict's class, or the declared download in bit/s. */
  standing: string
  claimed: ClaimedState
  regionCode: string | null
  provinceCode: string | null
  communeCode: string | null
  /** Name of the smallest area that contains the cell. */
  placeFr: string | null
  placeAr: string | null
  openedBy: string
  openerRole: DisputeRole
  openerOperator: string | null
  siteCode: string | null
  claim: string
  openedAt: Date
  dueBy: Date
  state: DisputeState
  /** Time of the decision, if the dispute was upheld or rejected. */
  decidedAt: Date | null
  decision: string | null
  simulated: boolean
}

const DISPUTE_COLUMNS =
  raw(`d.id, d.subject, to_hex(d.cell) AS h3, d.run_id AS run, d.rule_id AS rule, d.operator,
  d.technology, d.standing, d.claimed, d.region_code AS "regionCode", d.province_code AS "provinceCode",
  d.commune_code AS "communeCode", a.name_fr AS "placeFr", a.name_ar AS "placeAr", d.opened_by AS "openedBy",
  d.opener_role AS "openerRole", d.opener_operator AS "openerOperator", d.site_code AS "siteCode", d.claim,
  d.opened_at AS "openedAt", d.due_by AS "dueBy", d.state, e.at AS "decidedAt", e.comment AS decision, d.simulated`)

const FROM_DISPUTES = raw(`FROM dispute AS d
  LEFT JOIN current_area AS a ON a.code = coalesce(d.commune_code, d.province_code, d.region_code)
  LEFT JOIN dispute_event AS e ON e.dispute_id = d.id AND e.action IN ('uphold', 'reject')`)

export interface DisputePageQuery {
  area: string | null
  /** Cell index as a decimal number, as in the database. */
  cell: string | null
  state: DisputeState | 'unfinished' | null
  /** The operator whose declaration is contested, or that the opener represents. */
  operator: string | null
  /** True: unfinished disputes whose deadline has passed; false: the others. */
  overdue: boolean | null
  now: Date
  /** Id of the last dispute of the previous page; empty for the first page. */
  after: string
  limit: number
}

/** Lists disputes, newest first. */
export async function listDisputes(db: Queryable, page: DisputePageQuery): Promise<DisputeRow[]> {
  const { after, area, cell, operator, overdue, state } = page
  const conditions = [
    area === null ? null : isInArea('d', area),
    cell === null ? null : sql`d.cell = ${cell}::bigint`,
    state === 'unfinished' ? UNFINISHED_DISPUTE : state && sql`d.state = ${state}`,
    operator === null ? null : sql`${operator} IN (d.operator, d.opener_operator)`,
    overdue === null ? null : sql`${overdue}::boolean = (d.due_by < ${page.now} AND ${UNFINISHED_DISPUTE})`,
    after === ''
      ? null
      : sql`(d.opened_at, d.id) < (SELECT opened_at, id FROM dispute WHERE id = ${after}::uuid)`,
  ]
  return queryRows(
    db,
    sql`SELECT ${DISPUTE_COLUMNS} ${FROM_DISPUTES} WHERE ${allOf(conditions)}
     ORDER BY d.opened_at DESC, d.id DESC LIMIT ${page.limit}`,
  )
}

export interface DisputeDetailRow extends DisputeRow {
  probeIds: string[]
  reference: string | null
}

export async function findDispute(db: Queryable, id: string): Promise<DisputeDetailRow | undefined> {
  return queryRow(
    db,
    sql`SELECT ${DISPUTE_COLUMNS}, d.probe_ids AS "probeIds", d.reference ${FROM_DISPUTES} WHERE d.id = ${id}`,
  )
}

export interface DisputeEventRow {
  /** Number of the event, from 1 in chronological order. */
  number: number
  at: Date
  action: DisputeAction | 'open'
  /** The state after the event. */
  state: DisputeState
  author: string
  authorRole: DisputeRole
  authorOperator: string | null
  comment: string
}

export async function eventsOfDispute(db: Queryable, id: string): Promise<DisputeEventRow[]> {
  return queryRows(
    db,
    sql`SELECT number, at, action, state, author, author_role AS "authorRole", author_operator AS "authorOperator", comment
     FROM dispute_event WHERE dispute_id = ${id} ORDER BY number`,
  )
}

export interface DisputeDocumentRow {
  /** Number of the document within the dispute, from 1. */
  number: number
  /** Number of the event to which the document belongs. */
  event: number
  name: string
  mediaType: string
  bytes: number
}

export async function documentsOfDispute(db: Queryable, id: string): Promise<DisputeDocumentRow[]> {
  return queryRows(
    db,
    sql`SELECT number, event_number AS event, name, media_type AS "mediaType", octet_length(content) AS bytes
     FROM dispute_document WHERE dispute_id = ${id} ORDER BY number`,
  )
}

/** A document with its bytes; it gets its number when it is written. */
export interface NewDocument {
  name: string
  mediaType: string
  content: Buffer
}

export async function findDocument(
  db: Queryable,
  id: string,
  number: number,
): Promise<NewDocument | undefined> {
  return queryRow(
    db,
    sql`SELECT name, media_type AS "mediaType", content FROM dispute_document
     WHERE dispute_id = ${id} AND number = ${number}`,
  )
}
