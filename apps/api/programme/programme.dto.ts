import { SITE_TYPES, type SiteType } from '#domain/place'
import {
  DEVICE_STATES,
  type DeviceState,
  FUNNEL_STEPS,
  type FunnelStep,
  MAX_CONTRACT_LENGTH,
  type ProgrammeSettings,
} from '#domain/programme'
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { BOARD_GROUPS, type BoardGroup } from '#store/programme'
import { IntersectionType } from '@nestjs/swagger'
import {
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
  Min,
  ValidateIf,
} from 'class-validator'
import { AreaChoice, PageQuery } from '../http/page.dto.js'

export class ProgrammeChoice extends AreaChoice {
  /** The type that sites must have. */
  @IsOptional()
  @IsIn(SITE_TYPES)
  type?: SiteType
}

export class BoardQuery extends ProgrammeChoice {
  /** The kind of the rows; regions without it. */
  @IsOptional()
  @IsIn(BOARD_GROUPS)
  by?: BoardGroup
}

export class ProgrammeFilter extends ProgrammeChoice {
  /** The state that the devices of sites must be in. */
  @IsOptional()
  @IsIn(DEVICE_STATES)
  device?: DeviceState

  /** The step that sites must not have reached. */
  @IsOptional()
  @IsIn(FUNNEL_STEPS)
  missing?: FunnelStep
}

export class ProgrammeSitesQuery extends IntersectionType(PageQuery, ProgrammeFilter) {}

/** The form of new settings in a request. `settingsRejections` checks its data. */
export interface SettingsBody extends ProgrammeSettings {
  /** The version that the author read; a newer one is not overwritten. */
  base: number
  /** The reason of the change. */
  comment: string
}

const DAY = /^\d{4}-\d\d-\d\d$/

/** A day of the calendar, or null where the step was not reached. */
const IsStepDay = () => (target: object, key: string) => {
  const message = '$property must be a day such as 2026-03-31, or null'
  ValidateIf((_, value) => value !== null)(target, key)
  Matches(DAY, { message })(target, key)
  IsISO8601({ strict: true }, { message })(target, key)
}

/** A line as a whole: what is null is not known, or not reached. */
export class LineBody {
  /** The version that was read; null for a line that is new. */
  @ValidateIf((_, value) => value !== null)
  @IsInt()
  @Min(1)
  version!: number | null

  /** Name or id of the operator. */
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @Length(1, 100)
  operator!: string | null

  @ValidateIf((_, value) => value !== null)
  @IsIn(TECHNOLOGIES)
  technology!: Technology | null

  /** Reference of the contract. */
  @ValidateIf((_, value) => value !== null)
  @IsString()
  @Length(1, MAX_CONTRACT_LENGTH)
  contract!: string | null

  @IsStepDay()
  surveyedOn!: string | null

  @IsStepDay()
  contractedOn!: string | null

  @IsStepDay()
  installedOn!: string | null

  /** The reason of the change, for the history. */
  @IsString()
  @Length(1, 1_000)
  @Matches(/\S/u, { message: 'comment must say why' })
  comment!: string
}
