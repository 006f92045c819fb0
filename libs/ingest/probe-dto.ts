/**
 * The form of a probe as it comes in, for the OpenAPI document and for the message of a rejection. The limits are those of
 * `PROBE_FIELDS`: a test compares both at each limit. Whether a well-formed probe can be true is judged by `#domain/probe`.
 */
import 'reflect-metadata'
import {
  OUTCOMES,
  type Outcome,
  PROBE_FIELDS,
  type ProbeInput,
  TECHNOLOGIES,
  type Technology,
} from '#domain/probe'
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
const STORABLE_MESSAGE = { message: '$property contains a NUL character or an unpaired surrogate' }

const RFC3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)$/
const RFC3339_MESSAGE = {
  message: '$property must be an RFC 3339 time with its offset, like 2026-03-01T09:30:00Z',
}

export class ProbeDto implements ProbeInput {
  @IsUUID()
  id!: string

  @IsISO8601({ strict: true })
  @Matches(RFC3339, RFC3339_MESSAGE)
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
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, STORABLE_MESSAGE)
  operator?: string | null

  @IsOptional()
  @IsIn(TECHNOLOGIES)
  technology?: Technology | null

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

  /** Median round trip while the download fills the line. */
  @IsOptional()
  @IsNumber()
  @Min(0)
  @Max(3_600_000)
  loadedLatencyMs?: number | null

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

  /**
   * Identity of the serving mobile cell: country, network, area (LAC or TAC) and cell (CI, ECI or NCI) in decimal digits.
   * Shown to planners only.
   * @example "604-01-3001-123456"
   */
  @IsOptional()
  @IsString()
  @Matches(PROBE_FIELDS.cellId.check.pattern, {
    message: 'cellId must be mcc-mnc-area-cell in decimal digits, like 604-01-3001-123456',
  })
  cellId?: string | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, STORABLE_MESSAGE)
  tool?: string | null

  raw?: unknown

  @IsOptional()
  @IsISO8601({ strict: true })
  @Matches(RFC3339, RFC3339_MESSAGE)
  sentAt?: string | null

  /** The age of the probe when it is sent, at most five years. */
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
  @Matches(STORABLE_TEXT, STORABLE_MESSAGE)
  downloadTest?: string | null

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @Matches(STORABLE_TEXT, STORABLE_MESSAGE)
  uploadTest?: string | null
}
