import { EVENT_KINDS, type EventKind } from '#store/subscriptions'
import {
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Length,
  MaxLength,
} from 'class-validator'
import { AreaChoice } from '../http/page.dto.js'

export class SubscriptionBody extends AreaChoice {
  /** Where messages are sent: https://, to a host on the internet. */
  @IsString()
  @Length(10, 500)
  url!: string

  /** Absent or empty: every kind. */
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(EVENT_KINDS, { each: true })
  kinds?: EventKind[]

  /** Id of a rule: of its runs, and of the plan if it is judged by it. */
  @IsOptional()
  @IsString()
  @MaxLength(60)
  rule?: string
}

export class PauseBody {
  /** True holds messages back; false sends those that wait. */
  @IsBoolean()
  paused!: boolean
}
