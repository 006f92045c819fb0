import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class SamplingQuery extends IntersectionType(PageQuery, RunChoice, AreaChoice) {
  /** Places in a page: each carries its evidence. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class RouteQuery extends RunChoice {
  /** HCP code of the commune or province whose undecided places are visited. */
  @Matches(/^\d\d\.\d{3}(\.\d\d\.\d{1,2})?$/, {
    message: 'area must be the HCP code of a province or commune, like 01.051 or 01.051.01.01',
  })
  area!: string

  @IsOptional()
  @IsIn(['csv', 'html'])
  format?: 'csv' | 'html'

  @IsOptional()
  @IsIn(['ar', 'fr', 'en'])
  lang?: 'ar' | 'fr' | 'en'
}
