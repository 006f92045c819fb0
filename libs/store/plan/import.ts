/** A file of the plan goes in: each change is a new version beside the earlier ones. */
import type { Scope } from '#domain/account'
import { type PlanRejection, type PlanPlace, type PlanRow, planRejections } from '#domain/plan'
import type { DataSource } from 'typeorm'
import type { Queryable } from '../database/database.js'
import { takeLock } from '../database/locks.js'
import { recordChange } from '../people/changes.js'
import {
  EMPTY_PLAN_FIELDS,
  type PlanDraft,
  type PlanLocation,
  changesOf,
  draftsOutside,
  fillAreas,
  planLocationsOf,
  currentDrafts,
  writeVersions,
} from './draft.js'
import { localDayOf } from './judge.js'
import { judgePlanNow } from './plan.js'

export interface PlanRowRejection {
  line: number
  code: string
  field: string
  value: string
  reason: string
}

export interface PlanChange {
  line: number
  code: string
  nameFr: string
  nameAr: string | null
  /** Fields that differ from the version before; empty for a new item. */
  fields: string[]
  isNew: boolean
}

export interface PlanImport {
  added: number
  changed: number
  unchanged: number
  refused: PlanRowRejection[]
  changes: PlanChange[]
}

export interface PlanImportOptions {
  author: string
  /** Name of the file; null: not from a file. */
  source: string | null
  /** The comment of lines that have none of their own. */
  comment: string
  simulated: boolean
  /** The areas within which each item must lie, before and after; without it there are no bounds. */
  scope?: Scope
  now: Date
  /** Writes nothing. */
  preview: boolean
}

/**
 * Takes the lines of a file: new items, new versions of those that differ, nothing where nothing differs. A column that the
 * file lacks keeps its values. All that is not refused is written in one transaction, and held against the newest run.
 */
export async function importPlan(
  source: DataSource,
  rows: readonly PlanRow[],
  options: PlanImportOptions,
): Promise<PlanImport> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'plan')
    const { outcome, written } = await draftsToWrite(tx, rows, options)
    if (options.preview || written.length === 0) return outcome
    await writeVersions(tx, written, options)
    const codes = written.map((draft) => draft.code)
    await judgePlanNow(tx, options.now, codes)
    const { added, changed } = outcome
    await recordChange(tx, options.author, 'import plan', `${written.length} items`, {
      added,
      changed,
      file: options.source,
      comment: options.comment,
    })
    return outcome
  })
}

async function draftsToWrite(
  tx: Queryable,
  rows: readonly PlanRow[],
  options: PlanImportOptions,
): Promise<{ outcome: PlanImport; written: PlanDraft[] }> {
  const outcome: PlanImport = { added: 0, changed: 0, unchanged: 0, refused: [], changes: [] }
  const codes = rows.map((row) => row.code)
  const current = await currentDrafts(tx, codes)
  const locations = await planLocationsOf(tx, rows)
  const drafts: PlanDraft[] = []
  for (const [i, row] of rows.entries()) {
    const draft = draftOf(row, current.get(row.code) ?? null, locations[i]!, options)
    if ('refused' in draft) outcome.refused.push(draft.refused)
    else drafts.push(draft)
  }
  await fillAreas(tx, drafts)
  const scope = options.scope ?? null
  const outside = await draftsOutside(tx, scope, [...drafts, ...current.values()])
  const today = await localDayOf(tx, options.now)
  const rowOf = new Map(rows.map((row) => [row.code, row]))
  const written: PlanDraft[] = []
  for (const draft of drafts) {
    const { line, comment } = rowOf.get(draft.code)!
    const before = current.get(draft.code) ?? null
    const isOutside = outside.has(draft) || (before !== null && outside.has(before))
    const rejections = isOutside ? [OUTSIDE_SCOPE] : planRejections(draft, today)
    outcome.refused.push(...rejections.map((rejection) => rejectionOfDraft(line, draft, rejection)))
    if (rejections.length > 0) continue
    if (countDraft(outcome, line, draft, before, comment)) written.push(draft)
  }
  outcome.refused.sort((a, b) => a.line - b.line)
  return { outcome, written }
}

const OUTSIDE_SCOPE: PlanRejection = { field: 'areaCode', reason: 'lies outside the areas of the account' }

const rejectionOfDraft = (
  line: number,
  draft: PlanDraft,
  { field, reason }: PlanRejection,
): PlanRowRejection => ({
  line,
  code: draft.code,
  field,
  reason,
  value: String(draft[field] ?? ''),
})

/** Counts the draft as added, changed or unchanged; whether there is something to write. */
function countDraft(
  outcome: PlanImport,
  line: number,
  draft: PlanDraft,
  before: PlanDraft | null,
  comment: string | null,
): boolean {
  const isNew = before === null || before.withdrawn
  const fields = isNew ? [] : changesOf(before, draft, comment)
  if (!isNew && fields.length === 0) {
    outcome.unchanged++
    return false
  }
  outcome[isNew ? 'added' : 'changed']++
  outcome.changes.push({ line, code: draft.code, nameFr: draft.nameFr, nameAr: draft.nameAr, fields, isNew })
  return true
}

function draftOf(
  { line, code, fields, place, comment }: PlanRow,
  before: PlanDraft | null,
  ownLocation: PlanLocation | string | null,
  options: PlanImportOptions,
): PlanDraft | { refused: PlanRowRejection } {
  const keepsLocation = before !== null && (place === null || saysWhereItIs(place, before))
  const location = keepsLocation ? before : ownLocation
  if (location === null || typeof location === 'string') {
    const reason = location ?? 'is missing: a locality, a zone, a position or a shape'
    return { refused: { line, code, field: 'place', value: place ? placeText(place) : '', reason } }
  }
  const { localityId, zoneId, lat, lng, cells } = location
  const isMoved = before !== null && before.cells.join() !== cells.join()
  return {
    ...EMPTY_PLAN_FIELDS,
    ...before,
    ...(isMoved && { areaCode: null }),
    ...fields,
    localityId,
    zoneId,
    lat,
    lng,
    cells,
    code,
    version: (before?.version ?? 0) + 1,
    comment: comment ?? options.comment,
    withdrawn: false,
    simulated: before?.simulated ?? options.simulated,
  }
}

/**
 * Whether a place is the one that an item has already. A name with its commune is a weak way to give a place. The table that
 * is given out has the point of an item of many cells, and the zone by which it got them.
 */
function saysWhereItIs(place: PlanPlace, { lat, lng, zoneId }: PlanLocation): boolean {
  if ('name' in place) return true
  if ('zoneId' in place) return place.zoneId === zoneId
  return 'lat' in place && place.lat === lat && place.lng === lng
}

const placeText = (place: PlanPlace): string => {
  if ('localityId' in place) return place.localityId
  if ('zoneId' in place) return place.zoneId
  if ('name' in place) return `${place.name}, ${place.communeCode}`
  return 'lat' in place ? `${place.lat}, ${place.lng}` : 'geometry'
}
