import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsInt, Max, Min } from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

export class DifferenceQuery extends AreaChoice {
  /** Id of the run to compare with. */
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  with!: number
}

export class ChangedCellsQuery extends IntersectionType(PageQuery, DifferenceQuery) {}
