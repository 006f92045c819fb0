/** `user list|add|change|disable|enable|remove|reset|reset-factor|sign-out`: the accounts of people. */
import { canBeBound } from '#domain/account'
import { operatorOf } from '#domain/operator'
import {
  type AccountChange,
  type AccountRefusal,
  type AccountRow,
  type FirstCredential,
  ROLES,
  type Role,
  addAccount,
  changeAccount,
  endSessions,
  findAccountRow,
  firstCredential,
  invitationLink,
  listAccounts,
  recordChange,
  removeAccount,
  removeSecondFactor,
  resetAccount,
} from '#store/people'
import type { DataSource } from 'typeorm'
import { areasOption, unknownAreasError } from './areas-option.js'
import { CommandError, type Output, UsageError } from './output.js'

interface UserOptions {
  source: DataSource
  author: string
  output: Output
  /** Address of the server for links. */
  publicUrl: string
  values: {
    name?: string | undefined
    role?: string | undefined
    operator?: string | undefined
    areas?: string | undefined
    link?: boolean | undefined
  }
}

const ACTIONS: Record<string, (options: UserOptions) => Promise<boolean>> = {
  list,
  add,
  change,
  disable: (options) => setDisabled(options, true),
  enable: (options) => setDisabled(options, false),
  remove,
  reset,
  'reset-factor': resetFactor,
  'sign-out': signOut,
}

/** True when all of it was done. */
export async function runUser(action: string | undefined, options: UserOptions): Promise<boolean> {
  const run = Object.hasOwn(ACTIONS, action ?? '') ? ACTIONS[action!] : undefined
  if (!run)
    throw new UsageError(`unknown or missing action; expected one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(options)
}

async function list({ source, output }: UserOptions): Promise<boolean> {
  const items = await listAccounts(source.manager)
  output.result(items.length > 0 ? items.map(lineOf) : ['there are no accounts'], { items })
  return true
}

function lineOf(account: AccountRow): string {
  const { name, role, operator, areas, lastSignInAt, disabledAt, invitedUntil, sessions } = account
  return [
    `${name}, ${role}${operator ? ` of ${operator}` : ''}`,
    areas && `only in ${areas.join(', ')}`,
    lastSignInAt ? `last signed in ${lastSignInAt.toISOString()}` : 'never signed in',
    sessions > 0 && `${sessions} ${sessions === 1 ? 'session' : 'sessions'}`,
    invitedUntil && `link valid until ${invitedUntil.toISOString()}`,
    disabledAt && `disabled since ${disabledAt.toISOString()}`,
  ]
    .filter(Boolean)
    .join('; ')
}

async function add({ source, author, output, publicUrl, values }: UserOptions): Promise<boolean> {
  const { name, role } = values
  if (!name || !role)
    throw new UsageError(
      `usage: user add --name NAME --role ROLE [--operator O] [--areas CODE,CODE] [--link]`,
    )
  const areas = areasOption(values.areas, roleNamed(role)) ?? null
  const account = { name, role: roleNamed(role), operator: operatorOf(values.operator), areas }
  requireOperatorOfRole(account)
  const credential = await firstCredential(values.link ? 'link' : 'password')
  const result = await addAccount(source, account, credential, author)
  if ('fault' in result) throw new CommandError(`name "${name}" ${result.fault}`)
  if ('unknownAreas' in result) throw unknownAreasError(result.unknownAreas)
  if ('taken' in result) throw new CommandError(`the name "${name}" is taken`)
  const { lines, data } = shown(credential, publicUrl, result.account.invitedUntil)
  output.result([`${name}, ${role}; ${lines}`], { ...account, ...data })
  return true
}

async function change({ source, author, output, values }: UserOptions): Promise<boolean> {
  const name = nameOption(values)
  if (!values.role)
    throw new UsageError('usage: user change --name NAME --role ROLE [--operator O] [--areas CODE,CODE|all]')
  const role = roleNamed(values.role)
  const chosen = areasOption(values.areas, role)
  const areas = chosen === undefined && !canBeBound(role) ? null : chosen
  const change = {
    role,
    operator: operatorOf(values.operator),
    ...(areas !== undefined && { areas }),
  }
  requireOperatorOfRole(change)
  return applyChange({ source, author, output, name, change })
}

async function setDisabled({ source, author, output, values }: UserOptions, isDisabled: boolean) {
  return applyChange({ source, author, output, name: nameOption(values), change: { isDisabled } })
}

async function applyChange({
  source,
  author,
  output,
  name,
  change,
}: Pick<UserOptions, 'source' | 'author' | 'output'> & {
  name: string
  change: AccountChange
}): Promise<boolean> {
  const result = await changeAccount(source, name, () => change, author)
  if ('unknownAreas' in result) throw unknownAreasError(result.unknownAreas)
  if (!('account' in result)) throw refusedError(name, result)
  output.result([lineOf(result.account)], result.account)
  return true
}

async function remove({ source, author, output, values }: UserOptions): Promise<boolean> {
  const name = nameOption(values)
  const result = await removeAccount(source, name, author)
  if (!('removed' in result)) throw refusedError(name, result)
  output.result([`${name} is removed; nobody else can take the name`], { removed: name })
  return true
}

async function reset({ source, author, output, publicUrl, values }: UserOptions): Promise<boolean> {
  const name = nameOption(values)
  const credential = await firstCredential(values.link ? 'link' : 'password')
  const result = await resetAccount(source, name, credential, author)
  if ('missing' in result) throw refusedError(name, result)
  const { lines, data } = shown(credential, publicUrl, result.invitedUntil)
  output.result([`${name}; ${lines}`], { name, ...data })
  return true
}

async function resetFactor({ source, author, output, values }: UserOptions): Promise<boolean> {
  const name = nameOption(values)
  if (!(await removeSecondFactor(source, name, author)))
    throw new CommandError(`"${name}" has no second factor, or there is no such account`)
  const ended = await endSessions(source.manager, name)
  output.result([`the second factor of ${name} is removed`], { name, ended })
  return true
}

async function signOut({ source, author, output, values }: UserOptions): Promise<boolean> {
  const name = nameOption(values)
  if (!(await findAccountRow(source.manager, name))) throw refusedError(name, { missing: true })
  const ended = await endSessions(source.manager, name)
  await recordChange(source.manager, author, 'end sessions', name, { ended })
  output.result([`${ended} ${ended === 1 ? 'session' : 'sessions'} of ${name} ended`], { name, ended })
  return true
}

function shown({ password, token }: FirstCredential, publicUrl: string, linkExpiresAt: Date | null) {
  const link = token && invitationLink(publicUrl, token)
  const lines = link
    ? `link, usable once until ${linkExpiresAt!.toISOString()}: ${link}`
    : `one-time password: ${password}`
  return { lines, data: { password, link, linkExpiresAt } }
}

function nameOption({ name }: UserOptions['values']): string {
  if (!name) throw new UsageError('--name NAME is needed: the account')
  return name
}

function roleNamed(role: string): Role {
  if (!ROLES.includes(role as Role))
    throw new UsageError(`--role must be one of ${ROLES.join(', ')}; it is "${role}"`)
  return role as Role
}

function requireOperatorOfRole({ role, operator }: { role: Role; operator: string | null }): void {
  if ((role === 'operator') !== (operator !== null))
    throw new UsageError('--operator is required for the role operator and not allowed for others')
}

const refusedError = (name: string, result: AccountRefusal) =>
  new CommandError(
    'missing' in result
      ? `no account has the name "${name}"`
      : `"${name}" is the last administrator who can sign in: make another one first`,
  )
