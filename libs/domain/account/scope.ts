/** The areas that an account or an API key is bound to. Pure. */
import type { Role } from './rights.js'

/** HCP codes of regions, provinces and communes; null where an account is bound to none, and acts for the whole country. */
export type Scope = readonly string[] | null

/** The largest number of areas that one account may be bound to. */
export const MAX_SCOPE_AREAS = 100

const BOUND_ROLES: readonly Role[] = ['operator', 'analyst', 'planner']

/** Whether an account of the role can be bound: administrators act for the whole country, and `public` has nothing to bind. */
export const canBeBound = (role: Role): boolean => BOUND_ROLES.includes(role)

/**
 * Whether an area lies within a scope. `code` is the code of the smallest area that contains a thing, null where none does.
 * Codes nest: a commune's begins with its province's, and that with its region's.
 */
export const isInScope = (code: string | null, scope: Scope): boolean =>
  scope === null || (code !== null && scope.some((area) => code === area || code.startsWith(`${area}.`)))
