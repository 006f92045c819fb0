import { PLAN_STATES, type PlanState } from '#domain/plan'
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { PLAN_SORTS, type PlanSort } from '#store/plan'
import { IntersectionType } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import {
  IsIn,
  IsISO8601,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator'
import { IsAreaCode } from '../http/area-code.js'
import { IsBooleanQuery } from '../http/boolean-query.js'
import { FileOptionsQuery } from '../http/files/file-options.dto.js'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

export class PlanFilterQuery extends AreaChoice {
  /** State of the items. `contradicted` lists those that are covered on paper but not in fact. */
  @IsOptional()
  @IsIn(PLAN_STATES)
  state?: PlanState

  /** The operator's id. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  operator?: string

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}

export class PlanQuery extends IntersectionType(PageQuery, PlanFilterQuery) {
  /** The order of the list; the default is by code. */
  @IsOptional()
  @IsIn(PLAN_SORTS)
  sort?: PlanSort
}

export class PlanImportQuery extends FileOptionsQuery {
  /** Whether this is a preview, which answers the result of the import and writes nothing. */
  @IsOptional()
  @IsBooleanQuery()
  preview?: boolean

  /** Name of the file. It is stored with the items that come from it. */
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string

  /** The reason of the change, for every line that has no comment of its own. */
  @IsOptional()
  @IsString()
  @Length(1, 1_000)
  comment?: string
}

const DAY = /^20\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/

/** A day; null removes it, and an absent field keeps it. */
const IsDayOrNull = (name: string) => (target: object, key: string) => {
  IsOptional()(target, key)
  ValidateIf((_, value) => value !== null)(target, key)
  Matches(DAY, { message: `${name} must be a day such as 2027-03-31` })(target, key)
  // 31 February has the form of a day.
  IsISO8601({ strict: true }, { message: `${name} must be a day such as 2027-03-31` })(target, key)
}

/** A property that may be absent, but not null. */
const OptionalNotNull = () => ValidateIf((_, value) => value !== undefined)

class PlanFieldsBody {
  /** The reason of the change, for the item's history. */
  @IsString()
  @Length(1, 1_000)
  comment!: string

  @OptionalNotNull()
  @IsString()
  @Length(1, 200)
  nameFr?: string

  @IsOptional()
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @Length(1, 200)
  nameAr?: string | null

  /** HCP code of the commune; null determines it from the place. */
  @IsOptional()
  @ValidateIf((_, value) => value !== null)
  @IsAreaCode('commune')
  areaCode?: string | null

  /** Name or id of the operator. */
  @IsOptional()
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @Length(1, 100)
  operator?: string | null

  @IsOptional()
  @ValidateIf((_, value) => value !== null)
  @IsIn(TECHNOLOGIES)
  technology?: Technology | null

  /** Promised download, bit/s. */
  @IsOptional()
  @ValidateIf((_, value) => value !== null)
  @IsInt()
  @Min(1)
  @Max(1e12)
  targetBps?: number | null

  @IsDayOrNull('awardedOn')
  awardedOn?: string | null

  @IsDayOrNull('startedOn')
  startedOn?: string | null

  @IsDayOrNull('promisedBy')
  promisedBy?: string | null

  @IsDayOrNull('inServiceOn')
  inServiceOn?: string | null

  /** The new place of the item, if it moved: a locality, a zone, or a position. */
  @OptionalNotNull()
  @IsString()
  @Length(1, 100)
  localityId?: string

  @OptionalNotNull()
  @IsString()
  @Length(1, 100)
  zoneId?: string

  @OptionalNotNull()
  @Type(() => Number)
  @IsNumber()
  @Min(20.3)
  @Max(36.4)
  lat?: number

  @OptionalNotNull()
  @Type(() => Number)
  @IsNumber()
  @Min(-17.6)
  @Max(-0.5)
  lng?: number
}

class VersionBody {
  /** The version that the change is based on. Answers 409 if there is a newer one. */
  @IsInt()
  @Min(1)
  version!: number
}

export class PlanCreateBody extends PlanFieldsBody {
  @IsString()
  @Length(1, 60)
  code!: string
}

export class PlanEditBody extends IntersectionType(PlanFieldsBody, VersionBody) {}

export class PlanWithdrawBody extends VersionBody {
  @IsString()
  @Length(1, 1_000)
  comment!: string
}
