import { AREA_LEVELS, type AreaLevel } from '#domain'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { FieldChoice } from '../http/fields.js'
import { BoxPageQuery } from '../http/page.dto.js'

export class AreasQuery extends IntersectionType(BoxPageQuery, FieldChoice) {
  /** Part of a name, in French or Arabic; accents and hamzas do not matter. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string

  @IsOptional()
  @IsIn(AREA_LEVELS)
  level?: AreaLevel
}
