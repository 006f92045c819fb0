import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { IsIn, IsInt, IsISO8601, IsOptional, IsString, Matches, Max, Min } from 'class-validator'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { PageQuery } from '../http/page.dto.js'

const RUN_ORDERS = ['-id', 'id'] as const

export class RunsQuery extends IntersectionType(PageQuery, FieldChoice) {
  /** Id of the rule. */
  @IsOptional()
  @IsString()
  rule?: string

  /** Sort order; the default is newest first. */
  @IsOptional()
  @IsIn(RUN_ORDERS)
  sort?: (typeof RUN_ORDERS)[number]
}

/** The run to read: by its id, or the newest run of a rule, or the newest that the rule had on a date. */
export class RunChoice {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(2_147_483_647)
  run?: number

  @IsOptional()
  @Matches(/^[a-z0-9-]{1,60}$/, { message: 'rule must be the id of a rule' })
  rule?: string

  /** The newest run whose window ended by the end of this day (Africa/Casablanca), or by this time. */
  @IsOptional()
  @IsISO8601({ strict: true })
  date?: string
}

export class RunBody {
  @Matches(/^[a-z0-9-]{1,60}$/, { message: 'rule must be the id of a rule' })
  rule!: string

  /** Start of the valid window, included. */
  @IsOptional()
  @IsISO8601({ strict: true })
  from?: string

  /** End of the valid window, excluded. */
  @IsOptional()
  @IsISO8601({ strict: true })
  to?: string

  /** Time before which the probes must have been received. */
  @IsOptional()
  @IsISO8601({ strict: true })
  knownBefore?: string
}
