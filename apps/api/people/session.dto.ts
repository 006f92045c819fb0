import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '#domain/account'
import { Type } from 'class-transformer'
import { IsBoolean, IsOptional, IsString, Length, MaxLength, ValidateNested } from 'class-validator'
import { PasskeyAnswer } from '../passkeys/passkeys.dto.js'

export class NameAndPasswordBody {
  @IsString()
  @MaxLength(100)
  name!: string

  @IsString()
  @MaxLength(200)
  password!: string
}

export class SignInBody extends NameAndPasswordBody {
  /** Code of the second factor, or a recovery code; needed where the answer is 401 with `second_factor_needed`. */
  @IsOptional()
  @IsString()
  @MaxLength(40)
  code?: string

  /** The answer of a passkey in place of a code, to a challenge of POST /api/v1/session/challenge. */
  @IsOptional()
  @ValidateNested()
  @Type(() => PasskeyAnswer)
  passkey?: PasskeyAnswer
}

export class PasswordBody {
  @IsString()
  @MaxLength(200)
  current!: string

  /** A password of at least 12 characters that is not easily guessed, and not the current one. */
  @IsString()
  @Length(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  next!: string
}

export class OwnPasswordBody {
  /** The current password. */
  @IsString()
  @MaxLength(200)
  password!: string
}

export class CodeBody {
  /** The six digits that the app shows. */
  @IsString()
  @MaxLength(40)
  code!: string
}

export class SignInRuleBody {
  /** Whether accounts of the role must have a second factor. */
  @IsBoolean()
  secondFactor!: boolean
}
