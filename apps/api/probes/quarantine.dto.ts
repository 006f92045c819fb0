import { Transform } from 'class-transformer'
import { IsBoolean, IsObject, IsOptional, IsString, Length } from 'class-validator'
import { PageQuery } from '../http/page.dto.js'

export class QuarantineQuery extends PageQuery {
  /** True lists the resolved items. */
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  resolved?: boolean
}

export class ResubmitBody {
  /** The corrected probe. */
  @IsObject()
  document!: Record<string, unknown>

  /** The reason for the correction. */
  @IsString()
  @Length(3, 1000)
  comment!: string
}
