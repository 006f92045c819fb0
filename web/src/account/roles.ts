import type { Account } from '../api/schemas.js'

/**
 * Whether an account may import, change the plan, create webhooks and see every probe. The server allows this to
 * planners and administrators who have set a password of their own, and a second factor where their role needs one.
 */
export const isPlanner = (account: Account | null): account is Account =>
  account !== null &&
  !account.mustChangePassword &&
  !account.mustAddFactor &&
  (account.role === 'planner' || account.role === 'administrator')

/** Whether an account may change the roster of operators, and other people's accounts. */
export const isAdministrator = (account: Account | null): account is Account =>
  isPlanner(account) && account.role === 'administrator'
