/** What can be selected on the map, and what the map can tell of it before the server is asked. */
import type { PlanState } from '#domain/plan'
import type { Class } from '#domain/verdict'
import type { ThemeWordKey } from './theme.js'

/** From the top of the drawing to its bottom: of several things at one place the first one is selected. */
export const SELECTABLE_KINDS = ['plan', 'site', 'locality', 'zone', 'cell', 'area'] as const
export type SelectableKind = (typeof SELECTABLE_KINDS)[number]

export interface SelectedItem {
  kind: SelectableKind
  /** H3 index of a cell, HCP code of an area, code of a site or of an item of the plan, else the id. */
  id: string
}

/** The id of the selected item where it is of that kind. */
export const selectedIdOf = (selection: SelectedItem | null, kind: SelectableKind): string | null =>
  selection?.kind === kind ? selection.id : null

/** Something that lies at a place, with what its tile says of it. */
export interface MapHit extends SelectedItem {
  /** Null where it has no class, or the map shows something else than classes. */
  class: Class | null
  /** Key of the words for what the map shows of a cell instead of its class. */
  themeWordKey: ThemeWordKey | null
  /** State of an item of the plan. */
  state: PlanState | null
  nameFr: string | null
  nameAr: string | null
  /** Number of cells of a zone. */
  cells: number | null
}
