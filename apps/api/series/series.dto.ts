import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { MEASURES, type Measure, TIME_STEPS, type TimeStep } from '#domain/series'
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator'
import { IsDayOrTime } from '../http/day-or-time.js'

const MEASURE_PATTERN = `(${MEASURES.join('|')})`

export class SeriesChoice {
  /** What to tell, with commas between: downloadBps without it. */
  @IsOptional()
  @Matches(new RegExp(`^${MEASURE_PATTERN}(,${MEASURE_PATTERN}){0,${MEASURES.length - 1}}$`), {
    message: `metric must be one or more of ${MEASURES.join(', ')}, with commas between`,
  })
  metric?: string

  /** Length of a bucket in Morocco's civil time; a week begins on Monday. A day without it. */
  @IsOptional()
  @IsIn(TIME_STEPS)
  step?: TimeStep

  /** The bucket that holds this moment, or day, is the first. */
  @IsDayOrTime()
  from?: string

  /** The bucket before this moment, or day, or the one that holds it, is the last; now without it. */
  @IsDayOrTime()
  to?: string

  /** Only this operator, as the lists of networks name it. */
  @IsOptional()
  @IsString()
  @Length(1, 100)
  operator?: string

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology
}

/** In the order of MEASURES, each once. */
export function measuresOf(metric: string | undefined): Measure[] {
  const named = (metric ?? 'downloadBps').split(',')
  return MEASURES.filter((measure) => named.includes(measure))
}
