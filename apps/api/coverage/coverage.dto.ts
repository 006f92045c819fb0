import { CONTRADICTION_KINDS, type ContradictionKind } from '#store/coverage'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, MaxLength } from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'
import { RunChoice } from '../runs/runs.dto.js'

export class ContradictionsQuery extends IntersectionType(PageQuery, RunChoice, AreaChoice) {
  @IsOptional()
  @IsIn(CONTRADICTION_KINDS)
  kind?: ContradictionKind

  /** The operator's id. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  operator?: string
}

export const COUNTED_BY = ['operator', 'region', 'province', 'commune'] as const

export class ContradictionCountsQuery extends RunChoice {
  @IsIn(COUNTED_BY)
  by!: (typeof COUNTED_BY)[number]
}
