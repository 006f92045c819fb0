import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { AREA_ORDERS, type AreaOrder } from '#store/areas'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, Matches, MaxLength } from 'class-validator'
import { FieldChoice } from '../http/fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class AreasQuery extends IntersectionType(BoxPageQuery, FieldChoice) {
  /** Part of a name, in French or Arabic; accents and hamzas do not matter. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string

  @IsOptional()
  @IsIn(AREA_LEVELS)
  level?: AreaLevel

  /** By code without it, regions first; by people with unknown populations last. */
  @IsOptional()
  @IsIn(AREA_ORDERS)
  sort?: AreaOrder
}

export class FiguresQuery extends RunChoice {
  /** Code of a region or province; absent: the regions of the country. */
  @IsOptional()
  @Matches(/^\d\d(\.\d{3}(\.\d\d\.\d{1,2})?)?$/, {
    message: 'parent must be the HCP code of a region or province, like 01.051',
  })
  parent?: string
}
