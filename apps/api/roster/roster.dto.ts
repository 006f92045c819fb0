import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { MAX_SOURCE_LENGTH } from '#domain/roster'
import { IntersectionType } from '@nestjs/swagger'
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsISO8601,
  IsOptional,
  IsString,
  Length,
  Matches,
} from 'class-validator'
import { IsDayOrTime } from '../http/day-or-time.js'

const DAY = /^\d{4}-\d\d-\d\d$/

/** A day of the calendar: 31 February has the form of one. */
const IsDay = () => (target: object, key: string) => {
  const message = '$property must be a day such as 2027-03-31'
  Matches(DAY, { message })(target, key)
  IsISO8601({ strict: true }, { message })(target, key)
}

export class RosterListQuery {
  /** The local day whose entries are given; all days without it. */
  @IsOptional()
  @IsDay()
  at?: string

  /** The roster as it was known before this time, or before the local midnight with which this day begins. */
  @IsDayOrTime()
  knownBefore?: string
}

export class RosterReason {
  /** The reason of the change, for the history. */
  @IsString()
  @Length(1, 1_000)
  @Matches(/\S/u, { message: 'comment must say why' })
  comment!: string
}

class RosterFieldsBody {
  /** Name or id of the operator. */
  @IsString()
  @Length(1, 100)
  operator!: string

  /** The technologies with which it may serve. */
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(TECHNOLOGIES.length)
  @IsIn(TECHNOLOGIES, { each: true })
  technologies!: Technology[]

  /** HCP codes of regions; absent or null for the whole country. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(12)
  @IsString({ each: true })
  regionCodes?: string[] | null

  /** First day; absent or null where it is not known. */
  @IsOptional()
  @IsDay()
  from?: string | null

  /** Last day; absent or null where no end is known. */
  @IsOptional()
  @IsDay()
  to?: string | null

  /** The licence, decision or publication that says so. */
  @IsString()
  @Length(1, MAX_SOURCE_LENGTH)
  source!: string

  /** Whether no official text says so. */
  @IsOptional()
  @IsBoolean()
  isAssumption?: boolean
}

export class RosterEntryBody extends IntersectionType(RosterFieldsBody, RosterReason) {}

export class RosterEndBody extends RosterReason {
  /** The last day on which the operator may serve. */
  @IsDay()
  to!: string
}
