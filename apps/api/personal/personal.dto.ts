import { ArrayMaxSize, IsArray, IsOptional, IsString, IsUUID, Length, Matches } from 'class-validator'

export class ErasureBody {
  /** The reason, for the log, without the name of the person. */
  @IsString()
  @Length(1, 1_000)
  @Matches(/\S/u, { message: 'comment must say why' })
  comment!: string

  /** Ids of devices that the person carried: they are revoked, and their last positions and rejected records are removed. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  devices?: string[]
}
