import { IsOptional, IsString, MaxLength } from 'class-validator'

export class FieldChoice {
  /** Names of the fields of each item, separated by commas; the default is all fields. */
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  fields?: string
}
