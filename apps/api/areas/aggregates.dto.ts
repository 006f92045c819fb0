import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional } from 'class-validator'
import { IsAreaCode } from '../http/area-code.js'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class AggregatesQuery extends IntersectionType(RunChoice, FieldChoice) {
  /** Level of the areas. */
  @IsIn(AREA_LEVELS)
  level!: AreaLevel

  /** Region or province that contains the areas. Required for communes. */
  @IsOptional()
  @IsAreaCode('region or province')
  parent?: string
}
