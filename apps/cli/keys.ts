/** `key list|add|extend|revoke`: the keys with which programs act. */
import { accountNameFaultOf } from '#domain/account'
import { operatorOf } from '#domain/operator'
import {
  type ApiKeyRow,
  KEY_ROLES,
  type KeyRole,
  MAX_KEY_DAYS,
  addApiKey,
  extendApiKey,
  listApiKeys,
  revokeApiKey,
} from '#store/keys'
import type { DataSource } from 'typeorm'
import { areasOption, unknownAreasError } from './areas-option.js'
import { CommandError, type Output, UsageError } from './output.js'

interface KeyOptions {
  source: DataSource
  author: string
  output: Output
  /** The id or the name of a key. */
  subject: string | undefined
  values: {
    name?: string | undefined
    role?: string | undefined
    operator?: string | undefined
    areas?: string | undefined
    days?: string | undefined
  }
}

const ACTIONS: Record<string, (options: KeyOptions) => Promise<boolean>> = { list, add, extend, revoke }

/** True when all of it was done. */
export async function runKey(action: string | undefined, options: KeyOptions): Promise<boolean> {
  const run = Object.hasOwn(ACTIONS, action ?? '') ? ACTIONS[action!] : undefined
  if (!run)
    throw new UsageError(`unknown or missing action; expected one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(options)
}

async function list({ source, output }: KeyOptions): Promise<boolean> {
  const items = await listApiKeys(source.manager)
  output.result(items.length > 0 ? items.map(lineOf) : ['there are no API keys'], { items })
  return true
}

function lineOf({ id, name, role, operator, areas, expiresAt, revokedAt, lastUsedAt }: ApiKeyRow): string {
  const end = revokedAt ? `revoked ${revokedAt.toISOString()}` : `ends ${expiresAt.toISOString()}`
  const use = lastUsedAt ? `last used ${lastUsedAt.toISOString()}` : 'never used'
  return `${id}  ${name}: ${role}${operator ? ` of ${operator}` : ''}${areas ? `, only in ${areas.join(', ')}` : ''}; ${end}; ${use}`
}

async function add({ source, author, output, values }: KeyOptions): Promise<boolean> {
  const { name, role, days } = values
  if (!name || !role || !days)
    throw new UsageError('usage: key add --name NAME --role ROLE --days N [--operator O] [--areas CODE,CODE]')
  if (!KEY_ROLES.includes(role as KeyRole))
    throw new UsageError(`--role must be one of ${KEY_ROLES.join(', ')}; it is "${role}"`)
  const operator = operatorOf(values.operator)
  if ((role === 'operator') !== (operator !== null))
    throw new UsageError('--operator is required for the role operator and not allowed for others')
  const fault = accountNameFaultOf(name)
  if (fault) throw new CommandError(`name "${name}" ${fault}`)
  const areas = areasOption(values.areas, role as KeyRole) ?? null
  const key = { name, role: role as KeyRole, operator, areas, days: daysOf(days) }
  const added = await addApiKey(source, key, author)
  if (!added) throw new CommandError(`the name "${name}" is taken by another key`)
  if ('unknownAreas' in added) throw unknownAreasError(added.unknownAreas)
  output.result([added.key], { ...added.row, key: added.key })
  return true
}

async function extend({ source, author, output, subject, values }: KeyOptions): Promise<boolean> {
  if (!values.days) throw new UsageError('usage: key extend ID --days N')
  const row = await extendApiKey(source, await idOf(source, subject), daysOf(values.days), author)
  if (!row) throw new CommandError(`the key "${subject}" was revoked`)
  output.result([lineOf(row)], row)
  return true
}

async function revoke({ source, author, output, subject }: KeyOptions): Promise<boolean> {
  const id = await idOf(source, subject)
  if (!(await revokeApiKey(source, id, author)))
    throw new CommandError(`the key "${subject}" was revoked before`)
  output.result([`the key "${subject}" is revoked`], { revoked: id })
  return true
}

async function idOf(source: DataSource, subject: string | undefined): Promise<string> {
  if (!subject) throw new UsageError('the id or the name of a key is needed, as key list has it')
  const key = (await listApiKeys(source.manager)).find(({ id, name }) => id === subject || name === subject)
  if (!key) throw new CommandError(`no key has the id or the name "${subject}"`)
  return key.id
}

function daysOf(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (days < 1 || days > MAX_KEY_DAYS)
    throw new UsageError(`--days must be a whole number from 1 to ${MAX_KEY_DAYS}; it is "${text}"`)
  return days
}
