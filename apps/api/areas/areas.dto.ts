import { AREA_LEVELS, type AreaLevel } from '#domain/place'
import { AREA_ORDERS, type AreaOrder } from '#store/areas'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { IsAreaCode } from '../http/area-code.js'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class AreasQuery extends IntersectionType(BoxPageQuery, FieldChoice) {
  /** Part of a name, in French or Arabic. Accents and hamzas are ignored. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  q?: string

  @IsOptional()
  @IsIn(AREA_LEVELS)
  level?: AreaLevel

  /** Sort order. The default is by code, regions first. By population, areas of unknown population come last. */
  @IsOptional()
  @IsIn(AREA_ORDERS)
  sort?: AreaOrder
}

export class FiguresQuery extends RunChoice {
  /** Code of a region or province; the default is the country, with its regions. */
  @IsOptional()
  @IsAreaCode('region, province or commune')
  parent?: string
}
