/** What can be chosen on the map. */
import type { PlanState } from '#domain/plan'
import type { Class } from '#domain/verdict'
import type { ThemeWordKey } from './theme.js'

/** What lies on top first. */
export const SELECTABLE_KINDS = ['plan', 'site', 'locality', 'zone', 'cell', 'area'] as const
export type SelectableKind = (typeof SELECTABLE_KINDS)[number]

/** The id of one of them, or of none. */
export type MapSelection = Partial<Record<SelectableKind, string | null>>

export interface SelectedItem {
  kind: SelectableKind
  id: string
}

export function topSelectedOf(choice: MapSelection): SelectedItem | null {
  for (const kind of SELECTABLE_KINDS) {
    const id = choice[kind]
    if (id) return { kind, id }
  }
  return null
}

/** Something that lies at a place, as its tile tells. */
export interface MapHit extends SelectedItem {
  /** Null where it has none, or the map tells something else. */
  class: Class | null
  /** What the map tells of a cell that is not its class. */
  themeWordKey: ThemeWordKey | null
  /** Of an item of the plan. */
  state: PlanState | null
  nameFr: string | null
  nameAr: string | null
  /** Of a zone. */
  cells: number | null
}
