/** Disputes: what is contested, by whom, and all that was said and decided since. */
import {
  type ClaimedState,
  DISPUTE_LIMITS,
  type DisputeAction,
  type DisputeState,
  type DisputeSubject,
  FINISHED_STATES,
  deadlineOf,
  isActionOpenTo,
  isFinished,
  partyOf,
  stateAfter,
} from '#domain/dispute'
import { cellFromSql, centreOf } from '#geo'
import type { DataSource } from 'typeorm'
import { randomUUID } from 'node:crypto'
import { recordChange } from '../people/changes.js'
import type { Queryable } from '../database/database.js'
import { ROLES, type Role } from '../people/people.js'
import type { RunRow } from '../runs/runs.js'
import { verdictAt } from '../verdicts/verdicts.js'

/** Who speaks in a dispute. */
export interface DisputeAuthor {
  /** Of an account; of a device, its id. */
  name: string
  role: Role | 'device'
  /** Whom an account of the role `operator` speaks for. */
  operator: string | null
  /** The device's. */
  siteCode: string | null
}

export interface NewDocument {
  name: string
  mediaType: string
  content: Buffer
}

export interface NewDispute {
  /** Decimal, as SQL has it. */
  cell: string
  /** The verdict of the cell in a run, or what an operator declares there. */
  subject:
    | { kind: 'verdict'; run: Pick<RunRow, 'id' | 'series' | 'rule'> }
    | { kind: 'declaration'; operator: string; technology: string }
  claimed: ClaimedState
  /** In their words. */
  claim: string
  probeIds: readonly string[]
  reference: string | null
  documents: readonly NewDocument[]
  simulated: boolean
}

/** `not_yours`: that party may not; `not_now`: the state does not allow it; `too_much`: a limit; `no_subject`: nothing there. */
export interface DisputeRefusal {
  refused: 'not_yours' | 'not_now' | 'too_much' | 'no_subject' | 'unknown'
  /** A sentence. */
  detail: string
}

const refusal = (refused: DisputeRefusal['refused'], detail: string): DisputeRefusal => ({ refused, detail })

const UNFINISHED = `state <> ALL('{${FINISHED_STATES.join(',')}}'::text[])`

export async function openDispute(
  source: DataSource,
  dispute: NewDispute,
  by: DisputeAuthor,
  at: Date,
): Promise<{ id: string } | DisputeRefusal> {
  return source.transaction(async (tx) => {
    // Two requests of one author at once must not both be the last that is allowed.
    await tx.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`disputes of ${by.role} ${by.name}`])
    const standing = await contestedValueOf(tx, dispute)
    const refused =
      (await limitReached(tx, dispute, by)) ??
      (await probeOutsideCell(tx, dispute)) ??
      (standing === null ? nothingDeclared(dispute) : null)
    if (refused) return refused
    const id = randomUUID()
    await insertDispute(tx, id, dispute, standing!, by, at)
    await insertEvent(tx, id, { number: 1, action: 'open', state: 'open', comment: dispute.claim }, by, at)
    await insertDocuments(tx, id, { first: 1, event: 1 }, dispute.documents)
    await recordChange(tx, authorText(by), 'open dispute', id, { comment: dispute.claim })
    return { id }
  })
}

const authorText = ({ name, role }: DisputeAuthor) => (role === 'device' ? `device ${name}` : name)

function nothingDeclared({ subject }: NewDispute): DisputeRefusal {
  const { operator, technology } = subjectColumns(subject)
  return refusal('no_subject', `operator is "${operator}": it declares no ${technology} in this cell`)
}

/** What is contested, as it stands: a class, or bit/s. Null where nothing is declared. */
async function contestedValueOf(tx: Queryable, { cell, subject }: NewDispute): Promise<string | null> {
  if (subject.kind === 'verdict') return (await verdictAt(tx, subject.run, cell))?.class ?? 'unknown'
  const [{ bps }] = await tx.query(
    `SELECT max(download_bps)::text AS bps FROM coverage
     WHERE cell = $1 AND kind = 'declared' AND operator = $2 AND technology = $3 AND withdrawn_at IS NULL`,
    [cell, subject.operator, subject.technology],
  )
  return bps as string | null
}

async function limitReached(
  tx: Queryable,
  { cell, subject }: NewDispute,
  by: DisputeAuthor,
): Promise<DisputeRefusal | null> {
  const limit = by.role === 'device' ? DISPUTE_LIMITS.openPerDevice : DISPUTE_LIMITS.openPerAccount
  const { rule, operator, technology } = subjectColumns(subject)
  const [{ open, same }] = await tx.query(
    `SELECT count(*)::integer AS open, (array_agg(id) FILTER (WHERE subject = $3 AND cell = $4
       AND (rule_id, operator, technology) IS NOT DISTINCT FROM ($5::text, $6::text, $7::text)))[1] AS same
     FROM dispute WHERE opened_by = $1 AND (opener_role = 'device') = $2 AND ${UNFINISHED}`,
    [by.name, by.role === 'device', subject.kind, cell, rule, operator, technology],
  )
  if (same) return refusal('too_much', `you contest this already, in dispute ${same}: add to it`)
  return open >= limit
    ? refusal('too_much', `you have ${open} unfinished disputes: ${limit} at most are taken at a time`)
    : null
}

async function probeOutsideCell(
  tx: Queryable,
  { cell, probeIds }: NewDispute,
): Promise<DisputeRefusal | null> {
  const rows: { id: string }[] = await tx.query(
    `SELECT u.id FROM unnest($1::uuid[]) AS u(id)
     WHERE NOT EXISTS (SELECT 1 FROM probe AS p WHERE p.id = u.id AND p.cell = $2)`,
    [probeIds, cell],
  )
  return rows[0]
    ? refusal('no_subject', `probeIds has ${rows[0].id}: no probe of this cell has this id`)
    : null
}

function subjectColumns(subject: NewDispute['subject']) {
  return subject.kind === 'verdict'
    ? { run: subject.run.id, rule: subject.run.rule, operator: null, technology: null }
    : { run: null, rule: null, operator: subject.operator, technology: subject.technology }
}

async function insertDispute(
  tx: Queryable,
  id: string,
  dispute: NewDispute,
  standing: string,
  by: DisputeAuthor,
  at: Date,
): Promise<void> {
  const { run, rule, operator, technology } = subjectColumns(dispute.subject)
  const place = await placeOf(tx, dispute.cell)
  await tx.query(
    `INSERT INTO dispute (id, subject, cell, run_id, rule_id, operator, technology, standing, region_code, province_code,
       commune_code, opened_by, opener_role, opener_operator, site_code, claimed, claim, probe_ids, reference, opened_at,
       due_by, state, simulated)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, left($9, 2), CASE WHEN length($9) >= 6 THEN left($9, 6) END,
       CASE WHEN length($9) > 6 THEN $9 END, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, 'open', $20)`,
    [
      id,
      dispute.subject.kind,
      dispute.cell,
      run,
      rule,
      operator,
      technology,
      standing,
      place,
      by.name,
      by.role,
      by.operator,
      by.siteCode,
      dispute.claimed,
      dispute.claim,
      dispute.probeIds,
      dispute.reference,
      at,
      new Date(deadlineOf(at.getTime())),
      dispute.simulated,
    ],
  )
}

/** Code of the smallest area that holds the cell's centre: a cell where nothing was measured has no place of its own yet. */
async function placeOf(tx: Queryable, cell: string): Promise<string | null> {
  const [lng, lat] = centreOf(cellFromSql(cell))
  const rows: { code: string }[] = await tx.query(
    `SELECT code FROM current_area, ST_SetSRID(ST_MakePoint($1, $2), 4326) AS point
     WHERE geom && point AND ST_Covers(geom, point) ORDER BY length(code) DESC, code LIMIT 1`,
    [lng, lat],
  )
  return rows[0]?.code ?? null
}

interface NewEvent {
  number: number
  action: DisputeAction | 'open'
  state: DisputeState
  comment: string
}

async function insertEvent(
  tx: Queryable,
  id: string,
  { number, action, state, comment }: NewEvent,
  by: DisputeAuthor,
  at: Date,
): Promise<void> {
  await tx.query(
    `INSERT INTO dispute_event (dispute_id, number, at, action, state, author, author_role, author_operator, comment)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [id, number, at, action, state, by.name, by.role, by.operator, comment],
  )
}

async function insertDocuments(
  tx: Queryable,
  id: string,
  { first, event }: { first: number; event: number },
  documents: readonly NewDocument[],
): Promise<void> {
  for (const [i, { name, mediaType, content }] of documents.entries())
    await tx.query(
      `INSERT INTO dispute_document (dispute_id, number, event_number, name, media_type, content)
       VALUES ($1, $2, $3, $4, $5, $6)`,
      [id, first + i, event, name, mediaType, content],
    )
}

export interface NewDisputeEvent {
  action: DisputeAction
  comment: string
  documents: readonly NewDocument[]
}

/** Adds an event, where the author may and the state allows it. The verdict or declaration stays what it is. */
export async function addDisputeEvent(
  source: DataSource,
  id: string,
  { action, comment, documents }: NewDisputeEvent,
  by: DisputeAuthor,
  at: Date,
): Promise<{ state: DisputeState } | DisputeRefusal> {
  return source.transaction(async (tx) => {
    const [row]: (Opener & { state: DisputeState })[] = await tx.query(
      `SELECT state, opened_by AS "openedBy", opener_role AS "openerRole" FROM dispute WHERE id = $1 FOR UPDATE`,
      [id],
    )
    if (!row) return refusal('unknown', `there is no dispute ${id}`)
    if (!isActionOpenTo(action, partyOf(disputeRelationOf(row, by))))
      return refusal('not_yours', `${action} is not yours to do in this dispute`)
    const state = stateAfter(row.state, action)
    if (!state) return refusal('not_now', `${action} is not possible: the dispute is ${row.state}`)
    const { events, files } = await countsOf(tx, id)
    if (events >= DISPUTE_LIMITS.events && !isFinished(state))
      return refusal('too_much', `the dispute has ${events} events: now it can only be finished`)
    if (files + documents.length > DISPUTE_LIMITS.documents)
      return refusal(
        'too_much',
        `the dispute has ${files} documents: ${DISPUTE_LIMITS.documents} at most are taken`,
      )
    const number = events + 1
    await insertEvent(tx, id, { number, action, state, comment }, by, at)
    await insertDocuments(tx, id, { first: files + 1, event: number }, documents)
    await tx.query('UPDATE dispute SET state = $2 WHERE id = $1', [id, state])
    await recordChange(tx, authorText(by), `${action} dispute`, id, { comment })
    return { state }
  })
}

async function countsOf(tx: Queryable, id: string): Promise<{ events: number; files: number }> {
  const [counts] = await tx.query(
    `SELECT (SELECT count(*) FROM dispute_event WHERE dispute_id = $1)::integer AS events,
       (SELECT count(*) FROM dispute_document WHERE dispute_id = $1)::integer AS files`,
    [id],
  )
  return counts as { events: number; files: number }
}

type Opener = Pick<DisputeRow, 'openedBy' | 'openerRole'>

/** Who somebody is to a dispute; null: nobody is signed in. An account may be called as a device's id. */
export function disputeRelationOf(
  { openedBy, openerRole }: Opener,
  who: DisputeAuthor | null,
): { isOpener: boolean; isPlanner: boolean } {
  if (!who) return { isOpener: false, isPlanner: false }
  return {
    isOpener: who.name === openedBy && (who.role === 'device') === (openerRole === 'device'),
    isPlanner: who.role !== 'device' && ROLES.indexOf(who.role) >= ROLES.indexOf('planner'),
  }
}

export interface DisputeRow {
  id: string
  subject: DisputeSubject
  h3: string
  /** Of a verdict: the run and its rule. */
  run: number | null
  rule: string | null
  /** Of a declaration. */
  operator: string | null
  technology: string | null
  /** What was contested, as it stood: the verdict's class, or the declared download in bit/s. */
  standing: string
  claimed: ClaimedState
  regionCode: string | null
  provinceCode: string | null
  communeCode: string | null
  /** Of the smallest area that holds the cell. */
  placeFr: string | null
  placeAr: string | null
  openedBy: string
  openerRole: DisputeAuthor['role']
  openerOperator: string | null
  siteCode: string | null
  claim: string
  openedAt: Date
  dueBy: Date
  state: DisputeState
  /** Of what was upheld or rejected. */
  decidedAt: Date | null
  decision: string | null
  simulated: boolean
}

const DISPUTE_COLUMNS = `d.id, d.subject, to_hex(d.cell) AS h3, d.run_id AS run, d.rule_id AS rule, d.operator, d.technology,
  d.standing, d.claimed, d.region_code AS "regionCode", d.province_code AS "provinceCode", d.commune_code AS "communeCode",
  a.name_fr AS "placeFr", a.name_ar AS "placeAr", d.opened_by AS "openedBy", d.opener_role AS "openerRole",
  d.opener_operator AS "openerOperator", d.site_code AS "siteCode", d.claim, d.opened_at AS "openedAt", d.due_by AS "dueBy",
  d.state, e.at AS "decidedAt", e.comment AS decision, d.simulated`

const DISPUTES = `dispute AS d LEFT JOIN current_area AS a ON a.code = coalesce(d.commune_code, d.province_code, d.region_code)
  LEFT JOIN dispute_event AS e ON e.dispute_id = d.id AND e.action IN ('uphold', 'reject')`

export interface DisputePageQuery {
  area: string | null
  /** Decimal, as SQL has it. */
  cell: string | null
  state: DisputeState | 'unfinished' | null
  /** Whose declaration it is, or who contests. */
  operator: string | null
  /** True: those whose deadline is over; false: the others. */
  overdue: boolean | null
  now: Date
  /** Id of the last one before; empty at first. */
  after: string
  limit: number
}

/** The newest first. */
export async function listDisputes(db: Queryable, wanted: DisputePageQuery): Promise<DisputeRow[]> {
  return db.query(
    `SELECT ${DISPUTE_COLUMNS} FROM ${DISPUTES}
     WHERE ($1::text IS NULL OR $1 IN (d.region_code, d.province_code, d.commune_code))
       AND ($2::bigint IS NULL OR d.cell = $2)
       AND ($3::text IS NULL OR d.state = $3 OR ($3 = 'unfinished' AND d.${UNFINISHED}))
       AND ($4::text IS NULL OR $4 IN (d.operator, d.opener_operator))
       AND ($5::boolean IS NULL OR $5 = (d.due_by < $6 AND d.${UNFINISHED}))
       AND ($7::uuid IS NULL OR (d.opened_at, d.id) < (SELECT opened_at, id FROM dispute WHERE id = $7))
     ORDER BY d.opened_at DESC, d.id DESC LIMIT $8`,
    [
      wanted.area,
      wanted.cell,
      wanted.state,
      wanted.operator,
      wanted.overdue,
      wanted.now,
      wanted.after || null,
      wanted.limit,
    ],
  )
}

export interface DisputeDetailRow extends DisputeRow {
  probeIds: string[]
  reference: string | null
}

export async function findDispute(db: Queryable, id: string): Promise<DisputeDetailRow | undefined> {
  const rows: DisputeDetailRow[] = await db.query(
    `SELECT ${DISPUTE_COLUMNS}, d.probe_ids AS "probeIds", d.reference FROM ${DISPUTES} WHERE d.id = $1`,
    [id],
  )
  return rows[0]
}

export interface DisputeEventRow {
  /** From 1, in the order in which they happened. */
  number: number
  at: Date
  action: DisputeAction | 'open'
  /** After it. */
  state: DisputeState
  author: string
  authorRole: DisputeAuthor['role']
  authorOperator: string | null
  comment: string
}

export async function eventsOfDispute(db: Queryable, id: string): Promise<DisputeEventRow[]> {
  return db.query(
    `SELECT number, at, action, state, author, author_role AS "authorRole", author_operator AS "authorOperator", comment
     FROM dispute_event WHERE dispute_id = $1 ORDER BY number`,
    [id],
  )
}

export interface DisputeDocumentRow {
  /** From 1, within the dispute. */
  number: number
  /** The event that it came with. */
  event: number
  name: string
  mediaType: string
  bytes: number
}

export async function documentsOfDispute(db: Queryable, id: string): Promise<DisputeDocumentRow[]> {
  return db.query(
    `SELECT number, event_number AS event, name, media_type AS "mediaType", octet_length(content) AS bytes
     FROM dispute_document WHERE dispute_id = $1 ORDER BY number`,
    [id],
  )
}

export async function findDocument(
  db: Queryable,
  id: string,
  number: number,
): Promise<NewDocument | undefined> {
  const rows: NewDocument[] = await db.query(
    `SELECT name, media_type AS "mediaType", content FROM dispute_document WHERE dispute_id = $1 AND number = $2`,
    [id, number],
  )
  return rows[0]
}
