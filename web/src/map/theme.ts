/** What the cells of the map show: one thing at a time. */

export type Theme =
  | { kind: 'verdict' }
  /** Whether a network is there; empty: any operator, any technology. */
  | { kind: 'network'; operator: string; technology: string }
  /** What operators declare; empty: as above. */
  | { kind: 'declared'; operator: string; technology: string }
  /** Where the run differs from another. */
  | { kind: 'difference'; from: number }
  | { kind: 'contradictions' }
  | { kind: 'inferred' }

export const VERDICT: Theme = { kind: 'verdict' }

/** As it stands in the page's address; null for the verdict, which the address does not name. */
export function themeParamOf(theme: Theme): string | null {
  if (theme.kind === 'verdict') return null
  if (theme.kind === 'network' || theme.kind === 'declared')
    return [theme.kind, theme.operator, theme.technology].join(':')
  if (theme.kind === 'difference') return `difference:${theme.from}`
  return theme.kind
}

export function themeOf(text: string | null): Theme {
  const [kind, first = '', second = ''] = (text ?? '').split(':')
  if (kind === 'network' || kind === 'declared') return { kind, operator: first, technology: second }
  if (kind === 'difference' && /^\d{1,9}$/.test(first)) return { kind, from: Number(first) }
  if (kind === 'contradictions' || kind === 'inferred') return { kind }
  return VERDICT
}

export interface TileEndpoint {
  url: string
  /** Name of the layer in the tile. */
  layer: string
}

const TILE_PATH = '{z}/{x}/{y}.mvt'

/** Where a theme's tiles are; `threshold` (bit/s) asks for the estimated verdicts of another rule's threshold. */
export function tileEndpointOf(run: number, theme: Theme, threshold: number | null): TileEndpoint {
  const url = (layer: string, query = '') => `/tiles/${run}/${layer}/${TILE_PATH}${query}`
  if (theme.kind === 'network' || theme.kind === 'declared') {
    const { operator, technology } = theme
    const query = new URLSearchParams(
      Object.entries({ operator, technology }).filter(([, value]) => value !== ''),
    )
    const layer = theme.kind === 'network' ? 'networks' : 'declared'
    return { url: url(layer, `?${query.toString()}`), layer }
  }
  if (theme.kind === 'difference')
    return { url: url('difference', `?with=${theme.from}`), layer: 'difference' }
  if (theme.kind !== 'verdict') return { url: url(theme.kind), layer: theme.kind }
  if (threshold !== null)
    return { url: url('what-if', `?metric=download&threshold=${threshold}`), layer: 'cells' }
  return { url: url('cells'), layer: 'cells' }
}

/** Where the areas of a run are, with their classes. */
export const areaTilesOf = (run: number): TileEndpoint => ({
  url: `/tiles/${run}/areas/${TILE_PATH}`,
  layer: 'areas',
})

const CONTRADICTIONS = ['declared_refuted', 'present_undeclared', 'late_plan'] as const
type Contradiction = (typeof CONTRADICTIONS)[number]

/** Keys of the words for what a cell shows when that is not its class. */
export type ThemeWordKey =
  | `reach_${'present' | 'declared' | 'missing' | 'undecided'}`
  | `declared_${'most' | 'half' | 'few' | 'slower'}`
  | `difference_${'better' | 'worse' | 'other'}`
  | `contradiction_${Contradiction}`

/** Words for what a cell's tile says of it under a theme; null where that is its class, or nothing. */
export function themeWordKeyOf(
  { kind }: Theme,
  properties: Readonly<Record<string, unknown>>,
): ThemeWordKey | null {
  const { reach, level, direction } = properties
  if (kind === 'network') return `reach_${reach}` as ThemeWordKey
  if (kind === 'declared') return `declared_${level}` as ThemeWordKey
  if (kind === 'difference')
    return direction === undefined ? null : (`difference_${direction}` as ThemeWordKey)
  if (kind !== 'contradictions') return null
  const contradiction = CONTRADICTIONS.find((name) => Number(properties[name]) > 0)
  return contradiction ? `contradiction_${contradiction}` : null
}
