/** A probe behind a verdict, as the server tells of it. */
// Not by api.ts, which builds on this.
import type { components } from '../../../dist/openapi.d.ts'

export type ProbePage = components['schemas']['CellProbesPage']
export type Probe = ProbePage['items'][number]
