import { AREA_LEVELS, type AreaLevel } from '#domain'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { BoxPageQuery } from '../http/page.dto.js'

export class AreasQuery extends BoxPageQuery {
  /** Part of a name, in French or Arabic; accents and hamzas do not matter. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string

  @IsOptional()
  @IsIn(AREA_LEVELS)
  level?: AreaLevel
}
