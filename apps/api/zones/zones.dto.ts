import { ZONE_CLASSES, type ZoneClass } from '#domain/zone'
import { ZONE_ORDERS, type ZoneOrder } from '#store/zones'
import { IntersectionType, PickType } from '@nestjs/swagger'
import { IsIn, IsOptional } from 'class-validator'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { AreaChoice, BoxPageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class ZonesQuery extends IntersectionType(BoxPageQuery, RunChoice, AreaChoice, FieldChoice) {
  @IsOptional()
  @IsIn(ZONE_CLASSES)
  class?: ZoneClass

  /** Sort order; the default is by id. `-` reverses the order. */
  @IsOptional()
  @IsIn(ZONE_ORDERS)
  sort?: ZoneOrder
}

export class ZoneQuery extends PickType(RunChoice, ['run']) {}
