import { PROBE_ORDERS, type ProbeOrder } from '#store/probes'
import { IntersectionType } from '@nestjs/swagger'
import { IsIn, IsOptional, IsString, Length, Matches } from 'class-validator'
import { FieldChoice } from '../http/sparse-fields.dto.js'
import { BoxPageQuery } from '../http/page.dto.js'
import { IsDayOrTime } from '../http/day-or-time.js'

export class ProbesQuery extends IntersectionType(BoxPageQuery, FieldChoice) {
  /** The only cell (of resolution 8) whose probes are listed. */
  @IsOptional()
  @Matches(/^88[0-9a-f]{13}$/, { message: 'cell must be a res-8 H3 index' })
  cell?: string

  /** The default is newest first, or cell by cell with a `bbox`. */
  @IsOptional()
  @IsIn(PROBE_ORDERS)
  sort?: ProbeOrder

  /** Measured at this time or later; a day begins at midnight in Morocco. */
  @IsDayOrTime()
  since?: string

  /** Measured before this time, or before this day. */
  @IsDayOrTime()
  until?: string
}

export class FlagBody {
  /** The reason why the probe cannot be believed. */
  @IsString()
  @Length(3, 1000)
  comment!: string
}

export class ProbeFlag {
  flag!: string
  /** False for a flag that excludes the probe from the evidence. */
  counted!: boolean
  author!: string
  comment!: string
  createdAt!: Date
}

export class RejectedProbe {
  /** Position in the request, from 0. */
  index!: number
  id!: string | null
  /** The invalid field; empty when the whole record is invalid. */
  field!: string
  reason!: string
}

export class IngestAnswer {
  accepted!: number
  duplicates!: number
  /** The first 10,000 rejections; all of them are in quarantine. */
  rejected!: RejectedProbe[]
  /** Number of rejections beyond those listed. */
  rejectedMore?: number
}
