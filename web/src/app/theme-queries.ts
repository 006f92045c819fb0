/** What the server says of the map's theme: its networks, its counts, and the counts at another threshold. */
import { api } from '../api/api.js'
import type { NetworkName, Run, WhatIf } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { type Theme, themeParamOf } from '../map/theme.js'

/** Null: the theme has no networks to choose from, or they are on their way. */
export const useNetworks = (
  connection: Connection,
  theme: Theme,
  run: Run | null,
): readonly NetworkName[] | null =>
  queryValueOf(
    useQuery(connection, run && 'operator' in theme ? `${run.id} ${theme.kind}` : null, (signal) =>
      theme.kind === 'declared' ? api.declaredNetworks(run!.id, signal) : api.networks(run!.id, signal),
    ),
  )

/** Counts of a theme that is not the verdict, by the rows of its legend. */
export type ThemeCounts = Readonly<Record<string, number>>

export function useThemeCounts(connection: Connection, theme: Theme, run: Run | null): ThemeCounts | null {
  const hasCounts = theme.kind === 'difference' || theme.kind === 'contradictions'
  const key = run && hasCounts ? `${run.id} ${themeParamOf(theme)}` : null
  return queryValueOf(
    useQuery<ThemeCounts>(connection, key, (signal) =>
      theme.kind === 'difference'
        ? api.difference(run!.id, theme.from, signal)
        : api.contradictions(run!.id, signal),
    ),
  )
}

/** `threshold` in bit/s; null: the rule's own, for which nothing is asked. */
export const useWhatIf = (connection: Connection, run: Run | null, threshold: number | null): WhatIf | null =>
  queryValueOf(
    useQuery(connection, run && threshold ? `${run.id} ${threshold}` : null, (signal) =>
      api.whatIf(run!.id, threshold!, signal),
    ),
  )
