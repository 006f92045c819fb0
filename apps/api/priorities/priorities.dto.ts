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
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

/** Black zones need nothing. */
const CANDIDATE_CLASSES = ['white', 'grey'] as const satisfies readonly CandidateClass[]

/** By name. */
const AMOUNTS_SCHEMA = { type: 'object', additionalProperties: { type: 'number' } } as const

/** Zones that are ranked, and by what. */
export class ZoneChoice extends AreaChoice {
  /** Only zones of this class; absent: both. */
  @IsOptional()
  @IsIn(CANDIDATE_CLASSES)
  class?: CandidateClass

  /** Of the factors, 0 to 10, like `people:5,schools:3`; what is not named keeps its default. */
  @IsOptional()
  @IsString()
  @MaxLength(500)
  weights?: string

  /** Unit costs in MAD, areas in km² and shares, like `fibrePerKm:300000`; what is not named keeps its default. */
  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  unitCosts?: string

  /** How many count as "the first ones" where the stability of ranks is given; absent: 50. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  top?: number
}

export class PrioritiesQuery extends IntersectionType(PageQuery, ZoneChoice) {
  /** Zones in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1_000)
  declare limit?: number
}

export class PrioritiesFileQuery extends ZoneChoice {
  /** Rows of the file, the first ones; absent: 1,000. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  limit?: number
}

export const MAXIMISED = ['people', 'score'] as const
export type Maximised = (typeof MAXIMISED)[number]

export class BudgetBody {
  /** MAD. */
  @IsNumber()
  @Min(0)
  @Max(1e12)
  budget!: number

  /** What the programme brings most of: people served, or scores of the zones served. */
  @IsIn(MAXIMISED)
  maximise!: Maximised

  /** Those that may be used; absent: all. */
  @IsOptional()
  @IsIn(DEPLOYABLE_TECHNOLOGIES, { each: true })
  @ArrayMinSize(1)
  @ArrayMaxSize(DEPLOYABLE_TECHNOLOGIES.length)
  @ArrayUnique()
  technologies?: Deployed[]

  @IsOptional()
  @IsIn(CANDIDATE_CLASSES)
  class?: CandidateClass

  /** HCP code of a region, province or commune. */
  @IsOptional()
  @Matches(/^\d\d(\.\d{3}(\.\d\d\.\d{1,2})?)?$/, {
    message: 'area must be the HCP code of a region, province or commune, like 01.051',
  })
  area?: string

  /** Of the factors, 0 to 10; what is not named keeps its default. */
  @IsOptional()
  @IsObject()
  @ApiPropertyOptional(AMOUNTS_SCHEMA)
  weights?: Partial<Weights>

  /** MAD, km² and shares; what is not named keeps its default. */
  @IsOptional()
  @IsObject()
  @ApiPropertyOptional(AMOUNTS_SCHEMA)
  unitCosts?: Partial<UnitCosts>

  /** At least one zone in each region that has some. */
  @IsOptional()
  @IsBoolean()
  oneZonePerRegion?: boolean

  /** Least part, 0 to 1, of what there is to win in each region. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  regionShare?: number
}

export function weightsOf(given: string | Partial<Weights> | undefined): Weights {
  const weights = amountsOf('weights', given, WEIGHT_LIMITS)
  if (Object.values(weights).every((weight) => weight === 0))
    throw new BadRequestException('weights: one of them at least must be above 0')
  return weights
}

export const unitCostsOf = (given: string | Partial<UnitCosts> | undefined): UnitCosts =>
  amountsOf('unitCosts', given, UNIT_COSTS)

function amountsOf<Name extends string>(
  field: string,
  given: string | Partial<Record<Name, number>> | undefined,
  limits: Limits<Name>,
): Record<Name, number> {
  const read: Record<Name, number> | AmountRefusal =
    typeof given === 'string' ? parseAmounts(given, limits) : amountsOfObject({ ...given }, limits)
  if (isAmountRefusal(read)) throw new BadRequestException(`${field}: ${read.reason}`)
  return read
}
