import { accountNameFaultOf, nameOutlineOf } from '#domain/account'
import type { Queryable } from '../database/database.js'
import { listAccountNames } from './accounts.js'

/** The reason why no account of this name may be added, as a sentence about “name”; null if one may. */
export async function newAccountNameFault(db: Queryable, name: string): Promise<string | null> {
  const fault = accountNameFaultOf(name)
  if (fault) return fault
  const outline = nameOutlineOf(name)
  // There are as many accounts as people who decide something: dozens.
  const other = (await listAccountNames(db)).find((taken) => nameOutlineOf(taken) === outline)
  return other !== undefined && other !== name ? `looks like that of the account "${other}"` : null
}
