import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { MEASURES, type Measure, TIME_STEPS, type TimeStep } from '#domain/series'
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator'
import { IsDayOrTime } from '../http/day-or-time.js'

const MEASURE_PATTERN = `(${MEASURES.join('|')})`

export class SeriesChoice {
  /** One or more metrics, separated by commas; the default is downloadBps. */
  @IsOptional()
  @Matches(new RegExp(`^${MEASURE_PATTERN}(,${MEASURE_PATTERN}){0,${MEASURES.length - 1}}$`), {
    message: `metric must be one or more of ${MEASURES.join(', ')}, separated by commas`,
  })
  metric?: string

  /** Length of a bucket in Morocco's civil time; a week begins on Monday. The default is a day. */
  @IsOptional()
  @IsIn(TIME_STEPS)
  step?: TimeStep

  /** The first bucket is the one that contains this time or day. */
  @IsDayOrTime()
  from?: string

  /** The last bucket is the one that ends at this time or day, or contains it; the default is now. */
  @IsDayOrTime()
  to?: string

  /** Id of an operator, as in the lists of networks. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}

/** The measures in the order of MEASURES, each once. */
export function measuresOf(metric: string | undefined): Measure[] {
  const names = (metric ?? 'downloadBps').split(',')
  return MEASURES.filter((measure) => names.includes(measure))
}
