/** The theme decides which one value the map's cells show. */

export type Theme =
  | { kind: 'verdict' }
  /** Reach of a network; an empty name stands for any operator or any technology. */
  | { kind: 'network'; operator: string; technology: string }
  /** Declared coverage; empty names as above. */
  | { kind: 'declared'; operator: string; technology: string }
  /** Difference from the run `from`. */
  | { kind: 'difference'; from: number }
  | { kind: 'contradictions' }
  | { kind: 'inferred' }

export const VERDICT: Theme = { kind: 'verdict' }

/** The theme's text in the page's address; null for the verdict, which the address omits. */
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

/** Address of a theme's tiles; `threshold` (bit/s) selects estimated verdicts at another download threshold. */
export function tileEndpointOf(run: number, theme: Theme, threshold: number | null): TileEndpoint {
  const url = (layer: string, query = '') => `tiles/${run}/${layer}/${TILE_PATH}${query}`
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

/** Address of the tiles of a run's areas with their classes. */
export const areaTilesOf = (run: number): TileEndpoint => ({
  url: `tiles/${run}/areas/${TILE_PATH}`,
  layer: 'areas',
})

const CONTRADICTIONS = ['declared_refuted', 'present_undeclared', 'late_plan'] as const
type Contradiction = (typeof CONTRADICTIONS)[number]

/** Keys of the messages for a cell's value that is not its class. */
export type ThemeWordKey =
  | `reach_${'present' | 'declared' | 'missing' | 'undecided'}`
  | `declared_${'most' | 'half' | 'few' | 'slower'}`
  | `difference_${'better' | 'worse' | 'other'}`
  | `contradiction_${Contradiction}`

/** Key of the message for a cell's value under a theme; null if the value is its class, or there is none. */
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
