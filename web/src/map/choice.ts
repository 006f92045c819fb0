/** What can be chosen on the map. */
import type { PlanState } from '#domain/plan'
import type { Class } from '#domain/verdict'
import type { Word } from './theme.js'

/** What lies on top first. */
export const KINDS = ['plan', 'site', 'locality', 'zone', 'cell', 'area'] as const
export type Kind = (typeof KINDS)[number]

/** The id of one of them, or of none. */
export type Choice = Partial<Record<Kind, string | null>>

export interface Chosen {
  kind: Kind
  id: string
}

export function chosenOf(choice: Choice): Chosen | null {
  for (const kind of KINDS) {
    const id = choice[kind]
    if (id) return { kind, id }
  }
  return null
}

/** Something that lies at a place, as its tile tells. */
export interface Here extends Chosen {
  /** Null where it has none, or the map tells something else. */
  class: Class | null
  /** What the map tells of a cell that is not its class. */
  word: Word | null
  /** Of an item of the plan. */
  state: PlanState | null
  nameFr: string | null
  nameAr: string | null
  /** Of a zone. */
  cells: number | null
}
