import { applyDecorators } from '@nestjs/common'
import { IsISO8601, IsOptional, Matches } from 'class-validator'

const DAY = '\\d{4}-\\d\\d-\\d\\d'
const DAY_OR_TIME_PATTERN = new RegExp(
  `^${DAY}(T\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,6})?)?(Z|[+-]\\d\\d:\\d\\d))?$`,
)
const message = '$property must be a day like 2026-03-01, or a date and time like 2026-03-01T08:00:00Z'

/** A day, which begins at midnight in Morocco, or a date and time with its offset from UTC. */
export const IsDayOrTime = () =>
  applyDecorators(
    IsOptional(),
    IsISO8601({ strict: true }, { message }),
    Matches(DAY_OR_TIME_PATTERN, { message }),
  )
