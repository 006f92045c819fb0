/** One item of the plan changed by a person. */
import { type PlanFields, type PlanPlace, planFaults } from '#domain/plan'
import type { DataSource } from 'typeorm'
import { recordChange } from '../people/changes.js'
import {
  EMPTY,
  type PlanDraft,
  changesOf,
  fillAreas,
  placesOf,
  standingDrafts,
  writeVersions,
} from './draft.js'
import { PLAN_LOCK, localDay } from './judge.js'
import { judgeNow } from './plan.js'

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
export type PlanEdited =
  { version: number } | { conflict: number | null } | { faults: { field: string; reason: string }[] }

/** One change by a person. */
export async function editPlan(source: DataSource, edit: PlanEdit): Promise<PlanEdited> {
  return source.transaction(async (tx) => {
    await tx.query(PLAN_LOCK)
    const before = (await standingDrafts(tx, [edit.code])).get(edit.code) ?? null
    const known = before && !before.withdrawn ? before.version : null
    if (known !== edit.version) return { conflict: known }
    const [where = null] = await placesOf(tx, [{ place: edit.place }])
    if (typeof where === 'string') return { faults: [{ field: 'place', reason: where }] }
    if (!where && !before) return { faults: [{ field: 'place', reason: 'is missing' }] }
    const draft: PlanDraft = {
      ...EMPTY,
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
    const faults = edit.withdrawn ? [] : planFaults(draft, await localDay(tx, edit.now))
    if (faults.length > 0) return { faults }
    await writeVersions(tx, [draft], { author: edit.author, source: null })
    await judgeNow(tx, edit.now, [edit.code])
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
