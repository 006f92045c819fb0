/** Queries for the map's theme: its networks, its counts, and the counts at another threshold. */
import { api } from '../api/api.js'
import type { NetworkName, Run, WhatIf } from '../api/schemas.js'
import type { Connection } from '../api/connection.js'
import { queryValueOf, useQuery } from '../api/use-query.js'
import { type Theme, themeParamOf } from '../map/theme.js'

/** The networks to choose from; null if the theme has none, or while they are loading. */
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

/** Counts of a theme other than the verdict, by row of the legend. */
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

/** Counts at `threshold` in bit/s; null for the rule's own threshold, which needs no request. */
export const useWhatIf = (connection: Connection, run: Run | null, threshold: number | null): WhatIf | null =>
  queryValueOf(
    useQuery(connection, run && threshold ? `${run.id} ${threshold}` : null, (signal) =>
      api.whatIf(run!.id, threshold!, signal),
    ),
  )
