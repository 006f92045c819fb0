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

  /** A password of at least 12 characters. */
  @IsString()
  @Length(12, 200)
  next!: string
}
