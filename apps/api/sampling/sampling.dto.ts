import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator'
import { IsAreaCode } from '../http/area-code.js'
import { LANGUAGES, type Language } from '../http/languages.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class SamplingQuery extends IntersectionType(PageQuery, RunChoice, AreaChoice) {
  /** Number of places in a page; each includes its evidence. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class RouteQuery extends RunChoice {
  /** HCP code of the commune or province with the undecided places to visit. */
  @IsAreaCode('province or commune', { required: true })
  area!: string

  @IsOptional()
  @IsIn(['csv', 'html'])
  format?: 'csv' | 'html'

  @IsOptional()
  @IsIn(LANGUAGES)
  lang?: Language
}
