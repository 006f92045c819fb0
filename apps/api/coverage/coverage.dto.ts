import {
  CONTRADICTION_KINDS,
  COVERAGE_KINDS,
  type ContradictionKind,
  type CoverageKind,
} from '#store/coverage'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, Length, Matches, MaxLength } from 'class-validator'
import { IsBooleanQuery } from '../http/boolean-query.js'
import { FileOptionsQuery } from '../http/files/file-options.dto.js'
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

export class CoverageImportQuery extends FileOptionsQuery {
  /** Whether the file says what is covered now (the default), or what is promised by a date. */
  @IsOptional()
  @IsIn(COVERAGE_KINDS)
  kind?: CoverageKind

  /** Whether this is a preview, which answers the result of the import and writes nothing. */
  @IsOptional()
  @IsBooleanQuery()
  preview?: boolean

  /** Name of the file. It is stored with the claims that come from it. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string

  /** The operator of rows that name none; for an account of an operator it is its own. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  /** The day of rows that name none. */
  @IsOptional()
  @Matches(/^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, {
    message: 'date must be a day such as 2027-03-31',
  })
  date?: string
}
