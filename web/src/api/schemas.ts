/** Types of the server's answers, with their names in its OpenAPI document. */
import type { components, paths } from '../../../dist/openapi.d.ts'

export type Schemas = components['schemas']

/** Query parameters of a list. */
export type QueryParams<Path extends keyof paths> = paths[Path] extends {
  get: { parameters: { query?: infer Q } }
}
  ? Q
  : never

export type Instance = Schemas['Instance']
export type RuleInWords = Schemas['RuleInWords']
export type Counts = Schemas['AreaCounts']
export type Run = Schemas['RunRow']
export type Area = Schemas['AreaRow']
export type AreaDetail = Schemas['AreaDetail']
/** Parts of the undecided cells. */
export type PartialCounts = Schemas['PartialCounts']
/** A row of the figures view. */
export type AreaFigures = Schemas['AreaFigures']
export type Network = Schemas['Network']
export type Cell = Schemas['CellDetail']
export type ProfileRow = Schemas['ProfileRow']
/** The account that is signed in. */
export type Account = Schemas['SessionAccount']
/** An account that has just signed in, with what was tried before. */
export type SignedIn = Schemas['SignedIn']
/** Totals at another threshold, and the thresholds between which they are bounds. */
export type WhatIf = Schemas['WhatIf']
/** Preview of an import; its rows use the names of the columns. */
export type ImportPreview = Schemas['PreviewAnswer']
export type ImportResult = Schemas['ImportAnswer']

/** A reason of a verdict: its fields are the parameters of its sentence. */
export type Reason = Merged<Schemas['Reason']> & Pick<Schemas['Reason'], 'code'>

/** All fields that any member of the union has. */
type Merged<Union> = { [Key in KeyOf<Union>]?: Union extends Record<Key, infer Value> ? Value : never }
type KeyOf<Union> = Union extends unknown ? keyof Union : never

export type NetworkName = Pick<Network, 'operator' | 'technology'>
export type Zone = Schemas['ZoneWithEvents']
export type Locality = Schemas['LocalityAnswer']
export type Site = Schemas['SiteAnswer']
export type PlanDetail = Schemas['PlanDetail']
export type ProbePage = Schemas['CellProbesPage']
export type Probe = ProbePage['items'][number]
