/** Items that can be selected on the map, and the facts about them that their tiles hold. */
import type { PlanState } from '#domain/plan'
import type { Class, PartialKnowledge } from '#domain/verdict'
import type { ThemeWordKey } from './theme.js'

/** Kinds in drawing order from top to bottom: of several items at one place the first is selected. */
export const SELECTABLE_KINDS = ['plan', 'site', 'locality', 'zone', 'cell', 'area'] as const
export type SelectableKind = (typeof SELECTABLE_KINDS)[number]

export interface SelectedItem {
  kind: SelectableKind
  /** H3 index of a cell, HCP code of an area, code of a site or of a plan item, else the id. */
  id: string
}

/** Id of the selected item if it is of that kind, else null. */
export const selectedIdOf = (selection: SelectedItem | null, kind: SelectableKind): string | null =>
  selection?.kind === kind ? selection.id : null

/** An item at a place, with the facts from its tile. */
export interface MapHit extends SelectedItem {
  /** Class of a cell, zone or area; null if it has none or the map shows something else than classes. */
  class: Class | null
  /** Partial knowledge of an undecided cell; null if there is none. */
  partial: PartialKnowledge | null
  /** Key of the message for a cell's value under a theme that does not show classes. */
  themeWordKey: ThemeWordKey | null
  /** State of a plan item. */
  state: PlanState | null
  nameFr: string | null
  nameAr: string | null
  /** Number of cells of a zone. */
  cells: number | null
}
