import { IsIn, IsString, Length, MaxLength, ValidateIf } from 'class-validator'
import { ROLES, type Role } from '#store/people'

export class SignInBody {
  @IsString()
  @MaxLength(100)
  name!: string

  @IsString()
  @MaxLength(200)
  password!: string
}

export class PasswordBody {
  @IsString()
  @MaxLength(200)
  current!: string

  /** A password of at least 12 characters. */
  @IsString()
  @Length(12, 200)
  next!: string
}

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
}
