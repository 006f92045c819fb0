import { Transform } from 'class-transformer'
import { IsBoolean, IsObject, IsOptional, IsString, Length } from 'class-validator'
import { PageQuery } from '../http/page.dto.js'

export class QuarantineQuery extends PageQuery {
  /** True lists what was dealt with. */
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  resolved?: boolean
}

export class ResubmitBody {
  /** The probe as it should have been. */
  @IsObject()
  document!: Record<string, unknown>

  /** Why it was changed. */
  @IsString()
  @Length(3, 1000)
  comment!: string
}
