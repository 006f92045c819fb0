import { hasRight } from '#domain/account'
import type { Account } from '../api/schemas.js'

/**
 * Whether an account may import, change the plan and see every probe. The server allows this to planners and
 * administrators who have set a password of their own, and a second factor where their role needs one.
 */
export const isPlanner = (account: Account | null): account is Account =>
  isReady(account) && hasRight(account, 'change the plan')

/** Whether an account may do what concerns the whole country: rules, runs, webhooks. */
export const isPlannerOfCountry = (account: Account | null): account is Account =>
  isPlanner(account) && account.areas === null

/** Whether an account may change the roster of operators, and other people's accounts. */
export const isAdministrator = (account: Account | null): account is Account =>
  isReady(account) && hasRight(account, 'manage accounts')

const isReady = (account: Account | null): account is Account =>
  account !== null && !account.mustChangePassword && !account.mustAddFactor
