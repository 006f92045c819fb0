import { LOG_KINDS, type LogKind } from '#store/people'
import { MAX_RETENTION_DAYS, MIN_RETENTION_DAYS } from '#store/audit'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator'
import { IsDayOrTime } from '../http/day-or-time.js'
import { PageQuery } from '../http/page.dto.js'

export class LogFilterQuery {
  /** Kind of event. */
  @IsOptional()
  @IsIn(LOG_KINDS)
  kind?: LogKind

  /** Who did it: the name of an account, `key:` and the name of an API key, `cli:` and a user of the server. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  author?: string

  /** The action, as the log names it. */
  @IsOptional()
  @IsString()
  @MaxLength(100)
  action?: string

  /** The thing with which it was done: a code, an id, a name. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  subject?: string

  /** First time, or the local midnight with which this day begins. */
  @IsDayOrTime()
  from?: string

  /** The time before which events are read, or the local midnight with which this day begins. */
  @IsDayOrTime()
  to?: string
}

export class LogQuery extends IntersectionType(LogFilterQuery, PageQuery) {}

export class VerificationQuery {
  /** A head that was noted before, as `seq:hash`: the log must still contain it. */
  @IsOptional()
  @Matches(/^\d{1,18}:[0-9a-f]{64}$/, {
    message: 'expect must be a number, a colon and 64 hexadecimal digits',
  })
  expect?: string
}

export class RetentionBody {
  /** Days after which it is removed. */
  @IsInt()
  @Min(MIN_RETENTION_DAYS)
  @Max(MAX_RETENTION_DAYS)
  days!: number
}
