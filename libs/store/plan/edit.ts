/** Changes of one plan item by a person. */
import type { Scope } from '#domain/account'
import { type PlanFields, type PlanPlace, planRejections } from '#domain/plan'
import type { DataSource } from 'typeorm'
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

export interface PlanEdit {
  code: string
  /** The version that the person saw; null if the code must be new. */
  version: number | null
  fields: Partial<PlanFields>
  /** The new place; null keeps the present one. */
  place: PlanPlace | null
  withdrawn: boolean
  comment: string
  author: string
  /** The areas within which the item must lie, before and after; without it there are no bounds. */
  scope?: Scope
  now: Date
}

/**
 * `conflict`: another version than the one that the person saw is current; its number, or null if there is none.
 * `faults`: the reasons why the resulting item is refused. `outside`: the item does not lie within the scope.
 */
export type PlanEditResult =
  | { version: number }
  | { conflict: number | null }
  | { faults: { field: string; reason: string }[] }
  | { outside: true }

/** Adds, changes or withdraws one item, and compares it with the newest run. */
export async function editPlan(source: DataSource, edit: PlanEdit): Promise<PlanEditResult> {
  return source.transaction(async (tx) => {
    await takeLock(tx, 'plan')
    const before = (await currentDrafts(tx, [edit.code])).get(edit.code) ?? null
    const currentVersion = before && !before.withdrawn ? before.version : null
    if (currentVersion !== edit.version) return { conflict: currentVersion }
    const [location = null] = await planLocationsOf(tx, [{ place: edit.place }])
    if (typeof location === 'string') return { faults: [{ field: 'place', reason: location }] }
    if (!location && !before) return { faults: [{ field: 'place', reason: 'is missing' }] }
    const draft = draftOf(edit, before, location)
    await fillAreas(tx, [draft])
    if ((await draftsOutside(tx, edit.scope ?? null, before ? [before, draft] : [draft])).size > 0)
      return { outside: true }
    const faults = edit.withdrawn ? [] : planRejections(draft, await localDayOf(tx, edit.now))
    if (faults.length > 0) return { faults }
    await writeVersions(tx, [draft], { author: edit.author, source: null })
    await judgePlanNow(tx, edit.now, [edit.code])
    await recordChange(tx, edit.author, actionOf(edit), edit.code, {
      version: draft.version,
      comment: edit.comment,
      ...(before && { changed: changesOf(before, draft, null) }),
    })
    return { version: draft.version }
  })
}

/** The changed item. Without a new location it keeps the old one; for a new one the area is looked up again. */
const draftOf = (edit: PlanEdit, before: PlanDraft | null, location: PlanLocation | null): PlanDraft => ({
  ...EMPTY_PLAN_FIELDS,
  ...(before ?? { simulated: false }),
  ...(location && { areaCode: null }),
  ...edit.fields,
  ...location!,
  code: edit.code,
  version: (before?.version ?? 0) + 1,
  comment: edit.comment,
  withdrawn: edit.withdrawn,
})

function actionOf({ withdrawn, version }: PlanEdit): string {
  if (withdrawn) return 'withdraw plan item'
  return version === null ? 'add plan item' : 'change plan item'
}
