/** Who may do what: the one table of roles and kinds of action. Pure. */

/** Roles in the order of their rights. `operator` speaks for one operator. */
export const ROLES = ['public', 'operator', 'analyst', 'planner', 'administrator'] as const
export type Role = (typeof ROLES)[number]

/**
 * The reach of a right for an account that is bound to areas.
 * - `own`: as for everybody else, because it concerns only what is the person's own, or public.
 * - `areas`: only within its areas. - `country`: not at all, because it concerns the whole country.
 */
export type Reach = 'own' | 'areas' | 'country'

interface RightRule {
  roles: readonly Role[]
  reach: Reach
}

const from = (role: Role, reach: Reach): RightRule => ({ roles: ROLES.slice(ROLES.indexOf(role)), reach })

/** The kinds of action that need a right, with the roles that have it. Every other action is open to everybody. */
export const RIGHTS = {
  'use an own account': from('public', 'own'),
  contest: from('public', 'own'),
  'read documents of disputes': from('public', 'areas'),
  'answer for an operator': { roles: ['operator'], reach: 'areas' },
  'declare coverage': { roles: ['operator', 'planner', 'administrator'], reach: 'areas' },
  'read small groups': from('analyst', 'areas'),
  'review disputes': from('planner', 'areas'),
  'change the plan': from('planner', 'areas'),
  'change sites': from('planner', 'areas'),
  'change lines': from('planner', 'areas'),
  'import probes': from('planner', 'areas'),
  'read every probe': from('planner', 'areas'),
  'flag probes': from('planner', 'areas'),
  'save rules': from('planner', 'country'),
  'make runs': from('planner', 'country'),
  'manage webhooks': from('planner', 'country'),
  'change the roster': from('administrator', 'country'),
  'change the programme': from('administrator', 'country'),
  'manage accounts': from('administrator', 'country'),
  'manage keys': from('administrator', 'country'),
  'manage devices': from('administrator', 'country'),
  'manage the quarantine': from('administrator', 'country'),
  'manage personal data': from('administrator', 'country'),
  'read the log': from('administrator', 'country'),
} as const satisfies Record<string, RightRule>

export type Right = keyof typeof RIGHTS

/** Whether only a person may do it, whatever the role of an API key: no program manages people, devices or keys. */
export const isForPersons = (right: Right): boolean =>
  right === 'use an own account' || RIGHTS[right].roles.every((role) => role === 'administrator')

export const hasRight = ({ role }: { role: Role }, right: Right): boolean =>
  (RIGHTS[right].roles as readonly Role[]).includes(role)
