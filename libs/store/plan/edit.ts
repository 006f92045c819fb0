/** One item of the plan changed by a person. */
import { type PlanFields, type PlanPlace, planRejections } from '#domain/plan'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import {
  EMPTY_PLAN_FIELDS,
  type PlanDraft,
  changesOf,
  fillAreas,
  planLocationsOf,
  currentDrafts,
  writeVersions,
} from './draft.js'
import { TAKE_PLAN_LOCK, moroccoDay } from './judge.js'
import { judgePlanNow } from './plan.js'

export interface PlanEdit {
  code: string
  /** The version that was looked at; null: the code must be new. */
  version: number | null
  fields: Partial<PlanFields>
  /** Null: where it was. */
  place: PlanPlace | null
  withdrawn: boolean
  comment: string
  author: string
  now: Date
}

/** `known` is the code's newest version, where the one that was looked at is another. */
export type PlanEditResult =
  { version: number } | { conflict: number | null } | { faults: { field: string; reason: string }[] }

/** One change by a person. */
export async function editPlan(source: DataSource, edit: PlanEdit): Promise<PlanEditResult> {
  return source.transaction(async (tx) => {
    await tx.query(TAKE_PLAN_LOCK)
    const before = (await currentDrafts(tx, [edit.code])).get(edit.code) ?? null
    const known = before && !before.withdrawn ? before.version : null
    if (known !== edit.version) return { conflict: known }
    const [where = null] = await planLocationsOf(tx, [{ place: edit.place }])
    if (typeof where === 'string') return { faults: [{ field: 'place', reason: where }] }
    if (!where && !before) return { faults: [{ field: 'place', reason: 'is missing' }] }
    const draft: PlanDraft = {
      ...EMPTY_PLAN_FIELDS,
      ...(before ?? { simulated: false }),
      ...(where && { areaCode: null }),
      ...edit.fields,
      ...where!,
      code: edit.code,
      version: (before?.version ?? 0) + 1,
      comment: edit.comment,
      withdrawn: edit.withdrawn,
    }
    await fillAreas(tx, [draft])
    const faults = edit.withdrawn ? [] : planRejections(draft, await moroccoDay(tx, edit.now))
    if (faults.length > 0) return { faults }
    await writeVersions(tx, [draft], { author: edit.author, source: null })
    await judgePlanNow(tx, edit.now, [edit.code])
    const action = edit.withdrawn
      ? 'withdraw plan item'
      : known === null
        ? 'add plan item'
        : 'change plan item'
    await recordChange(tx, edit.author, action, edit.code, {
      version: draft.version,
      comment: edit.comment,
      ...(before && { changed: changesOf(before, draft, null) }),
    })
    return { version: draft.version }
  })
}
