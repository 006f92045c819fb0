import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, Matches } from 'class-validator'
import { FieldChoice } from '../http/fields.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class AggregatesQuery extends IntersectionType(RunChoice, FieldChoice) {
  /** All areas of this level, or those inside `parent`. */
  @IsIn(AREA_LEVELS)
  level!: AreaLevel

  /** Only areas inside this region or province; communes need one. */
  @IsOptional()
  @Matches(/^\d\d(\.\d{3})?$/, {
    message: 'parent must be the HCP code of a region or province, like 01.051',
  })
  parent?: string
}
