import { CLASSES, type Class } from '#domain'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator'
import { BoxPageQuery } from '../http/page.dto.js'

export class CellsQuery extends BoxPageQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  run?: number

  @IsOptional()
  @Matches(/^[a-z0-9-]{1,60}$/, { message: 'rule must be the id of a rule' })
  rule?: string

  @IsOptional()
  @IsIn(CLASSES)
  class?: Class
}
