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
  /** The address that receives the messages: https://, with a host on the internet. */
  @IsString()
  @Length(10, 500)
  url!: string

  /** The kinds of events; every kind where it is absent or empty. */
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(EVENT_KINDS, { each: true })
  kinds?: EventKind[]

  /** Id of a rule: events of its runs, and of the plan where the plan is judged by it. */
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
