/** Refusals that come from the areas that an account is bound to. */
import { type Role, type Scope, canBeBound } from '#domain/account'
import type { Account } from '#store/people'
import { ForbiddenException, UnprocessableEntityException } from '@nestjs/common'
import { refusal } from '../http/problem.js'

/** An account is refused what lies outside its areas, by their codes, because they are no secret to its person. */
export const outsideScope = ({ name, areas }: Pick<Account, 'name' | 'areas'>, what: string) =>
  new ForbiddenException(
    refusal('scope_areas', `${what} lies outside the areas of ${name}: ${areas?.join(', ')}`, {
      areas: areas?.join(', ') ?? '',
    }),
  )

/** The refusal of what concerns the whole country to an account that is bound to areas. */
export const countryNeeded = ({ name, areas }: Pick<Account, 'name' | 'areas'>) =>
  new ForbiddenException(
    refusal(
      'scope_country',
      `This concerns the whole country; ${name} is bound to areas: ${areas?.join(', ')}`,
      { areas: areas?.join(', ') ?? '' },
    ),
  )

/** Refuses areas for a role that acts for the whole country. */
export function requireAreasOfRole({ role, areas }: { role: Role; areas: Scope }): void {
  if (areas && !canBeBound(role))
    throw new UnprocessableEntityException(
      `areas is ${areas.join(', ')}: an account of the role ${role} is not bound to areas`,
    )
}

export const unknownAreasRefusal = (codes: readonly string[]) =>
  new UnprocessableEntityException(
    refusal('areas_unknown', `areas has ${codes.join(', ')}: no area has this code`, {
      areas: codes.join(', '),
    }),
  )
