import { IsOptional, IsString, MaxLength } from 'class-validator'

export class FieldChoice {
  /** Names of the fields that each item shall have, separated by commas; all fields without it. */
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  fields?: string
}
