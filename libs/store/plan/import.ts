/** A file of the plan goes in: each change is a new version beside the earlier ones. */
import { type PlanRejection, type PlanPlace, type PlanRow, planRejections } from '#domain/plan'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import {
  EMPTY_PLAN_FIELDS,
  type PlanDraft,
  type PlanLocation,
  changesOf,
  fillAreas,
  planLocationsOf,
  currentDrafts,
  writeVersions,
} from './draft.js'
import { TAKE_PLAN_LOCK, moroccoDay } from './judge.js'
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
  /** For the lines that have none of their own. */
  comment: string
  simulated: boolean
  now: Date
  /** Writes nothing. */
  preview: boolean
}

/**
 * Takes the lines of a file: new items, new versions of those that differ, nothing where nothing differs. A column that the
 * file lacks keeps what is known. All that stands is written in one transaction, and held against the newest run.
 */
export async function importPlan(
  source: DataSource,
  rows: readonly PlanRow[],
  about: PlanImportOptions,
): Promise<PlanImport> {
  return source.transaction(async (tx) => {
    await tx.query(TAKE_PLAN_LOCK)
    const today = await moroccoDay(tx, about.now)
    const standing = await currentDrafts(
      tx,
      rows.map((row) => row.code),
    )
    const places = await planLocationsOf(tx, rows)
    const outcome: PlanImport = { added: 0, changed: 0, unchanged: 0, refused: [], changes: [] }
    const drafts: PlanDraft[] = []
    for (const [i, row] of rows.entries()) {
      const draft = draftOf(row, standing.get(row.code) ?? null, places[i]!, about)
      if ('refused' in draft) outcome.refused.push(draft.refused)
      else drafts.push(draft)
    }
    await fillAreas(tx, drafts)
    const lineOf = new Map(rows.map((row) => [row.code, row]))
    const written: PlanDraft[] = []
    for (const draft of drafts) {
      const { line, comment } = lineOf.get(draft.code)!
      const faults = planRejections(draft, today)
      if (faults.length > 0)
        outcome.refused.push(...faults.map((fault) => rejectionOfDraft(line, draft, fault)))
      else if (countDraft(outcome, line, draft, standing.get(draft.code) ?? null, comment))
        written.push(draft)
    }
    outcome.refused.sort((a, b) => a.line - b.line)
    if (about.preview || written.length === 0) return outcome
    await writeVersions(tx, written, about)
    await judgePlanNow(
      tx,
      about.now,
      written.map((draft) => draft.code),
    )
    const { added, changed } = outcome
    await recordChange(tx, about.author, 'import plan', `${written.length} items`, {
      added,
      changed,
      file: about.source,
      comment: about.comment,
    })
    return outcome
  })
}

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

/** Whether there is something to write. */
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
  found: PlanLocation | string | null,
  about: PlanImportOptions,
): PlanDraft | { refused: PlanRowRejection } {
  // A name with its commune is a weak way to say a place: one that is known stays.
  const isKnown = before !== null && (place === null || 'name' in place)
  const where = isKnown ? before : found
  if (where === null || typeof where === 'string') {
    const reason = where ?? 'is missing: a locality, a zone, a position or a shape'
    return { refused: { line, code, field: 'place', value: place ? placeText(place) : '', reason } }
  }
  const { localityId, zoneId, lat, lng, cells } = where
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
    comment: comment ?? about.comment,
    withdrawn: false,
    simulated: before?.simulated ?? about.simulated,
  }
}

const placeText = (place: PlanPlace): string => {
  if ('localityId' in place) return place.localityId
  if ('zoneId' in place) return place.zoneId
  if ('name' in place) return `${place.name}, ${place.communeCode}`
  return 'lat' in place ? `${place.lat}, ${place.lng}` : 'geometry'
}
