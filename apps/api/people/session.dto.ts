import { MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH } from '#domain/account'
import { IsString, Length, MaxLength } from 'class-validator'

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

  /** A password of at least 12 characters that is not easily guessed, and not the current one. */
  @IsString()
  @Length(MIN_PASSWORD_LENGTH, MAX_PASSWORD_LENGTH)
  next!: string
}
