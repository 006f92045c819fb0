import { IsOptional, IsString, MaxLength } from 'class-validator'

export class FieldChoice {
  /** Names of the fields to give, with commas between them; all without it. */
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  fields?: string
}
