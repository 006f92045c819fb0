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

  /** Kinds of the events; the default is every kind. */
  @IsOptional()
  @IsArray()
  @ArrayUnique()
  @IsIn(EVENT_KINDS, { each: true })
  kinds?: EventKind[]

  /** Id of a rule. It selects events of its runs, and of the plan if the plan is judged by it. */
  @IsOptional()
  @IsString()
  @MaxLength(60)
  rule?: string
}

export class PauseBody {
  /** Whether messages are held back; false sends the waiting ones. */
  @IsBoolean()
  paused!: boolean
}
