/** The roster for Morocco that is shipped with the project. Administrators edit a copy of it. */
import type { RosterEntry } from './roster.js'

const EVERYWHERE = { regionCodes: null, from: null, to: null } as const

/** Mobile licences cover the whole country; what is known of fixed networks is an assumption. */
export const SHIPPED_ROSTER: readonly RosterEntry[] = [
  ...(['iam', 'orange', 'inwi'] as const).map((operator) => ({
    ...EVERYWHERE,
    operator,
    technologies: ['2g', '3g', '4g', '5g'] as const,
    source: 'ANRT: holders of mobile licences for the whole territory',
    isAssumption: false,
  })),
  {
    ...EVERYWHERE,
    operator: 'iam',
    technologies: ['fibre', 'adsl', 'vdsl'],
    source: 'Assumption of the project: the incumbent offers copper and fibre in every region',
    isAssumption: true,
  },
  ...(['orange', 'inwi'] as const).map((operator) => ({
    ...EVERYWHERE,
    operator,
    technologies: ['fibre', 'fwa'] as const,
    source: 'Assumption of the project: fibre and fixed wireless access are offered in every region',
    isAssumption: true,
  })),
]
