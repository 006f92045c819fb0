import { KEY_ROLES, type KeyRole, MAX_KEY_DAYS } from '#store/keys'
import { IsIn, IsInt, IsString, Length, Max, Min, ValidateIf } from 'class-validator'
import { IsScope } from '../people/bound-areas.dto.js'

export class KeyDaysBody {
  /** Days from now until the key ends. */
  @IsInt()
  @Min(1)
  @Max(MAX_KEY_DAYS)
  days!: number
}

export class ApiKeyBody extends KeyDaysBody {
  /** The program for which the key is. No two keys have the same name, also after they have ended. */
  @IsString()
  @Length(2, 100)
  name!: string

  /** The role whose rights the key has. */
  @IsIn(KEY_ROLES)
  role!: KeyRole

  /** The operator for which a key of the role `operator` acts. Required for that role, not allowed for others. */
  @ValidateIf(({ role, operator }: ApiKeyBody) => role === 'operator' || operator !== undefined)
  @IsString()
  @Length(1, 100)
  operator?: string

  /** The codes of the areas that the key is bound to; without them it acts for the whole country. */
  @IsScope()
  areas?: string[] | null
}
