import type { Account } from '../api/schemas.js'

/**
 * Whether an account may import, change the plan, make webhooks and see every probe: the server lets planners and
 * administrators, once they have a password of their own.
 */
export const isPlanner = (account: Account | null): account is Account =>
  account !== null &&
  !account.mustChangePassword &&
  (account.role === 'planner' || account.role === 'administrator')
