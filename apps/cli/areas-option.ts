/** The option `--areas`: the areas that an account or a key is bound to. */
import { type Role, type Scope, canBeBound } from '#domain/account'
import { CommandError, UsageError } from './output.js'

/** The codes of `--areas CODE,CODE`; null for `--areas all`, and undefined without the option. */
export function areasOption(text: string | undefined, role: Role): Scope | undefined {
  if (text === undefined) return undefined
  if (text === 'all') return null
  if (!canBeBound(role)) throw new UsageError(`--areas is "${text}": the role ${role} is not bound to areas`)
  return [...new Set(text.split(',').map((code) => code.trim()))]
}

export const unknownAreasError = (codes: readonly string[]) =>
  new CommandError(`--areas has ${codes.join(', ')}: no area has this code`)
