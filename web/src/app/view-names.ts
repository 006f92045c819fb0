/** The views beside the map, in the order of their tabs; the message of a tab is `view_` and its name. */
export const VIEWS = ['figures', 'programme', 'plan', 'priorities', 'disputes'] as const
export type ViewName = (typeof VIEWS)[number]

export const viewNameOf = (name: string | null): ViewName | null =>
  VIEWS.find((view) => view === name) ?? null
