import { CREDENTIAL_KINDS, type CredentialKind, ROLES, type Role } from '#store/people'
import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '#domain/account'
import { IsBoolean, IsIn, IsOptional, IsString, Length, ValidateIf } from 'class-validator'
import { IsScope } from './bound-areas.dto.js'

export class AccountBody {
  @IsString()
  @Length(2, 100)
  name!: string

  @IsIn(ROLES)
  role!: Role

  /** The operator for which an account of the role `operator` acts. Required for that role, not allowed for others. */
  @ValidateIf(({ role, operator }: AccountBody) => role === 'operator' || operator !== undefined)
  @IsString()
  @Length(1, 100)
  operator?: string

  /** The codes of the areas that the account is bound to; without them it acts for the whole country. */
  @IsScope()
  areas?: string[] | null

  /** The means by which the person signs in for the first time: a one-time password, or a link that is valid for three days. */
  @IsOptional()
  @IsIn(CREDENTIAL_KINDS)
  by?: CredentialKind
}

export class AccountChangeBody {
  @IsOptional()
  @IsIn(ROLES)
  role?: Role

  /** The operator for which an account of the role `operator` acts. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  /** The codes of the areas that the account is bound to from now on; null for the whole country. */
  @IsScope()
  areas?: string[] | null

  /** Whether the account may not sign in. Its sessions end. */
  @IsOptional()
  @IsBoolean()
  disabled?: boolean
}

export class ResetBody {
  /** The means by which the person signs in next: a one-time password, or a link that is valid for three days. */
  @IsIn(CREDENTIAL_KINDS)
  by!: CredentialKind
}

export class InvitationBody {
  /** The token, which follows `#invite=` in the link. */
  @IsString()
  @Length(20, 200)
  token!: string
}

export class AcceptBody extends InvitationBody {
  /** A password of at least 12 characters that is not easily guessed. */
  @IsString()
  @Length(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  password!: string
}
