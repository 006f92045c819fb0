import { IsOptional, Matches } from 'class-validator'
import { BoxPageQuery } from '../http/page.dto.js'

export class ProbesQuery extends BoxPageQuery {
  /** Only this res-8 cell. */
  @IsOptional()
  @Matches(/^88[0-9a-f]{13}$/, { message: 'cell must be a res-8 H3 index' })
  cell?: string
}

export class RejectedProbe {
  /** Position in the request, from 0. */
  index!: number
  id!: string | null
  /** The field that is wrong; empty when the whole record is. */
  field!: string
  reason!: string
}

export class IngestAnswer {
  accepted!: number
  duplicates!: number
  /** At most 10,000; all are kept in quarantine. */
  rejected!: RejectedProbe[]
  /** Refused beyond those listed. */
  rejectedMore?: number
}
