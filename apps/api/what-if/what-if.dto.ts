import { WHAT_IF_METRICS, type Metric } from '#domain/verdict'
import { Type } from 'class-transformer'
import { IsIn, IsNumber, Max, Min } from 'class-validator'

export class WhatIfQuery {
  /** The threshold of the run's rule to change. */
  @IsIn(WHAT_IF_METRICS)
  metric!: Metric

  /** The new value: bit/s, or ms for `latency`. */
  @Type(() => Number)
  @IsNumber()
  @Min(0)
  @Max(1e12)
  threshold!: number
}
