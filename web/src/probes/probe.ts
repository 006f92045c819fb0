/** A probe behind a verdict, as the server tells of it. */
import type { Schemas } from '../api.js'

export type ProbePage = Schemas['CellProbesPage']
export type Probe = ProbePage['items'][number]
