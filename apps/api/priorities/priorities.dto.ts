import {
  type AmountRefusal,
  type CandidateClass,
  DEPLOYABLE_TECHNOLOGIES,
  type Deployed,
  type Limits,
  UNIT_COSTS,
  type UnitCosts,
  WEIGHT_LIMITS,
  type Weights,
  parseAmounts,
  amountsOfObject,
  isAmountRefusal,
} from '#domain/priority'
import { BadRequestException } from '@nestjs/common'
import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
} from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

/** Black zones need no investment. */
const CANDIDATE_CLASSES = ['white', 'grey'] as const satisfies readonly CandidateClass[]

/** Amounts by name. */
const AMOUNTS_SCHEMA = { type: 'object', additionalProperties: { type: 'number' } } as const

/** Selection of the ranked zones, and their weights. */
export class ZoneChoice extends AreaChoice {
  /** Class of the zones; the default is both classes. */
  @IsOptional()
  @IsIn(CANDIDATE_CLASSES)
  class?: CandidateClass

  /** Weights of the factors, 0 to 10, like `people:5,schools:3`. A factor that is not named keeps its default. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  weights?: string

  /** Unit costs in MAD, areas in km² and shares, like `fibrePerKm:300000`. A cost that is not named keeps its default. */
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  unitCosts?: string

  /** Number of zones that count as "the first ones" in the stability of ranks; the default is 50. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  top?: number
}

export class PrioritiesQuery extends IntersectionType(PageQuery, ZoneChoice) {
  /** Number of zones in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class PrioritiesFileQuery extends ZoneChoice {
  /** Number of rows of the file; the default is 1,000. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  limit?: number
}

export const MAXIMISED = ['people', 'score'] as const
export type Maximised = (typeof MAXIMISED)[number]

export class BudgetBody extends AreaChoice {
  /** The budget in MAD. */
  @IsNumber()
  @Min(0)
  @Max(1e12)
  budget!: number

  /** The aim: the people served, or the scores of the zones served. */
  @IsIn(MAXIMISED)
  maximise!: Maximised

  /** The allowed technologies; the default is all of them. */
  @IsOptional()
  @IsIn(DEPLOYABLE_TECHNOLOGIES, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(DEPLOYABLE_TECHNOLOGIES.length)
  @ArrayUnique()
  technologies?: Deployed[]

  @IsOptional()
  @IsIn(CANDIDATE_CLASSES)
  class?: CandidateClass

  /** Weights of the factors, 0 to 10. A factor that is not named keeps its default. */
  @IsOptional()
  @IsObject()
  @ApiPropertyOptional(AMOUNTS_SCHEMA)
  weights?: Partial<Weights>

  /** Unit costs in MAD, areas in km² and shares. A cost that is not named keeps its default. */
  @IsOptional()
  @IsObject()
  @ApiPropertyOptional(AMOUNTS_SCHEMA)
  unitCosts?: Partial<UnitCosts>

  /** Whether each region that has zones to serve must get at least one of them served. */
  @IsOptional()
  @IsBoolean()
  oneZonePerRegion?: boolean

  /** Minimum share, 0 to 1, of the possible benefit in each region. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  regionShare?: number
}

export function weightsOf(given: string | Partial<Weights> | undefined): Weights {
  const weights = amountsOf('weights', given, WEIGHT_LIMITS)
  if (Object.values(weights).every((weight) => weight === 0))
    throw new BadRequestException('weights: at least one of them must be above 0')
  return weights
}

export const unitCostsOf = (given: string | Partial<UnitCosts> | undefined): UnitCosts =>
  amountsOf('unitCosts', given, UNIT_COSTS)

function amountsOf<Name extends string>(
  field: string,
  given: string | Partial<Record<Name, number>> | undefined,
  limits: Limits<Name>,
): Record<Name, number> {
  const amounts: Record<Name, number> | AmountRefusal =
    typeof given === 'string' ? parseAmounts(given, limits) : amountsOfObject({ ...given }, limits)
  if (isAmountRefusal(amounts)) throw new BadRequestException(`${field}: ${amounts.reason}`)
  return amounts
}
