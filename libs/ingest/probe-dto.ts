/** The form of a probe as it comes in: types and limits. What it says is judged in the domain library. */
import 'reflect-metadata'
import { OUTCOMES, type Outcome, type ProbeInput, TECHNOLOGIES, type Technology } from '#domain/probe'
import {
  IsIn,
  IsISO8601,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator'

/** PostgreSQL's text holds neither NUL nor half a surrogate pair. */
const STORABLE_TEXT = /^(?:[^\u0000\ud800-\udfff]|[\ud800-\udbff][\udc00-\udfff])*$/

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/

export class ProbeDto implements ProbeInput {
  @IsUUID()
  id!: string

  @IsISO8601({ strict: true })
  @Matches(RFC3339, {
    message: 'measuredAt must be an RFC 3339 time with its offset, like 2026-03-01T09:30:00Z',
  })
  measuredAt!: string

  @IsOptional()
  @IsNumber()
  @Min(-90)
  @Max(90)
  lat?: number | null

  @IsOptional()
  @IsNumber()
  @Min(-180)
  @Max(180)
  lng?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1e7)
  accuracyM?: number | null

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, { message: 'operator holds a character that is no text' })
  operator?: string | null

  @IsIn(OUTCOMES)
  outcome!: Outcome

  @IsOptional()
  @IsNumber()
  downloadBps?: number | null

  @IsOptional()
  @IsNumber()
  uploadBps?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(3_600_000)
  latencyMs?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(3_600_000)
  jitterMs?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(1)
  lossRatio?: number | null

  @IsOptional()
  @IsNumber()
  @Min(-200)
  @Max(50)
  signalDbm?: number | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, { message: 'tool holds a character that is no text' })
  tool?: string | null

  raw?: unknown

  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(RFC3339, { message: 'sentAt must be an RFC 3339 time with its offset, like 2026-03-01T09:30:00Z' })
  sentAt?: string | null

  /** At most five years. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(157_680_000_000)
  ageMs?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  downloadBytes?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(Number.MAX_SAFE_INTEGER)
  uploadBytes?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(3_600_000)
  downloadMs?: number | null

  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(3_600_000)
  uploadMs?: number | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  clientAddress?: string | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, { message: 'downloadTest holds a character that is no text' })
  downloadTest?: string | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, { message: 'uploadTest holds a character that is no text' })
  uploadTest?: string | null
}
