/** Tables of what was measured, rejected, flagged and claimed. */
import { PROBE_FIELDS, STORED_FIELDS, columnOf } from '#domain/probe'
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
import { NOW } from './now.js'

@Entity('probe')
@Index('probe_measured_site', ['measuredAt', 'id'], { where: 'site_code IS NOT NULL' })
@Index('probe_measured_other', ['measuredAt', 'id'], { where: 'site_code IS NULL' })
@Index('probe_time', { synchronize: false })
export class ProbeEntity {
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('timestamptz', { name: 'measured_at' }) measuredAt!: Date
  @PrimaryColumn('uuid') id!: string
  @Column('timestamptz', { name: 'received_at' }) receivedAt!: Date
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId!: string | null
  @Column('text', { name: 'site_code', nullable: true }) siteCode!: string | null
  @Column('text', { array: true, default: '{}' }) flags!: string[]
  /** False where a flag takes the probe out of the evidence. */
  @Column('boolean') counted!: boolean
  /** The device's own time where its clock was wrong and `measured_at` was corrected. */
  @Column('timestamptz', { name: 'device_measured_at', nullable: true }) deviceMeasuredAt!: Date | null
}

/** Fields without which there is no row; `lat` and `lng` are those of the site where a probe has none. */
const NOT_NULL_FIELDS: readonly string[] = ['lat', 'lng', 'outcome']

// The other columns are the fields that a device sends, as the domain's table lists them.
for (const field of STORED_FIELDS.filter((name) => name !== 'id' && name !== 'measuredAt')) {
  const nullable = !NOT_NULL_FIELDS.includes(field)
  Column({ type: PROBE_FIELDS[field].column, name: columnOf(field), nullable })(ProbeEntity.prototype, field)
}

/**
 * One row per probe, keyed by its id: what makes an id arrive exactly once, and where the probe of an id is found. It is not
 * partitioned, because a probe that is sent again may carry another time.
 */
@Entity('probe_ledger')
export class ProbeLedgerEntity {
  @PrimaryColumn('uuid') id!: string
  @Column('bigint') cell!: string
  @Column('timestamptz', { name: 'measured_at' }) measuredAt!: Date
}

/** A site that measured in a cell, at whatever time: the cells of a box of public probes are found by it. */
@Entity('measured_site')
export class MeasuredSiteEntity {
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('text', { name: 'site_code' }) siteCode!: string
}

/** Flags that came after a probe: a planner's, or a comparison with its neighbours. */
@Entity('probe_flag')
@Index('probe_flag_created', ['createdAt'])
export class ProbeFlagEntity {
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('uuid', { name: 'probe_id' }) probeId!: string
  @PrimaryColumn('text') flag!: string
  /** False where it takes the probe out of the evidence of runs made after it. */
  @Column('boolean') counted!: boolean
  @Column('text') author!: string
  @Column('text') comment!: string
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' }) createdAt!: Date
}

@Entity('quarantine')
@Index('quarantine_digest', ['digest'], { unique: true })
@Index('quarantine_open', ['id'], { where: 'resolved_at IS NULL' })
export class QuarantineEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string
  /** SHA-256 of sender, reason and document: a device that repeats itself adds to `times`, not rows. */
  @Column('bytea') digest!: Buffer
  @Column('timestamptz', { name: 'received_at', default: NOW }) receivedAt!: Date
  @Column('integer', { default: 1 }) times!: number
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId!: string | null
  @Column('text', { name: 'site_code', nullable: true }) siteCode!: string | null
  @Column('text', { nullable: true }) field!: string | null
  @Column('text') reason!: string
  @Column('text') document!: string
  @Column('timestamptz', { name: 'resolved_at', nullable: true }) resolvedAt!: Date | null
  @Column('text', { name: 'resolved_by', nullable: true }) resolvedBy!: string | null
  @Column('text', { nullable: true }) comment!: string | null
}

/** Ties one test of either direction to a device; lives for minutes. */
@Entity('test_token')
@Index('test_token_expiry', ['expiresAt'])
export class TestTokenEntity {
  @PrimaryColumn('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('uuid', { name: 'device_id' }) deviceId!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
  /** Directions that were begun with it. */
  @Column('text', { array: true, default: '{}' }) used!: string[]
}

/** The figures that our own server saw of one ndt7 sub-test. */
@Entity('speed_test')
export class SpeedTestEntity {
  /** ndt7's ConnectionInfo.UUID. */
  @PrimaryColumn('text') id!: string
  @Column('text') direction!: string
  @Column('uuid', { name: 'device_id', nullable: true }) deviceId!: string | null
  @Column('timestamptz', { name: 'started_at' }) startedAt!: Date
  /** Bytes that surely reached the other side, and when the last of them did. */
  @Column('bigint') bytes!: string
  @Column('double precision', { name: 'duration_ms' }) durationMs!: number
  @Column('bigint') bps!: string
  /** The round trip of a WebSocket ping: of the application, not of TCP. */
  @Column('double precision', { name: 'min_rtt_ms', nullable: true }) minRttMs!: number | null
  @Column('text') ended!: string
}

/**
 * A service that an operator declares now, or promises by a date, in one cell; valid from `received_at` until
 * `withdrawn_at`.
 */
@Entity('coverage')
@Index('coverage_received', ['receivedAt'])
@Index('coverage_operator', ['operator'], { where: `kind = 'declared'` })
export class CoverageEntity {
  @PrimaryColumn('bigint') cell!: string
  /** declared | planned */
  @PrimaryColumn('text') kind!: string
  @PrimaryColumn('text') operator!: string
  @PrimaryColumn('text') technology!: string
  /** Declared: since when; planned: by when. */
  @PrimaryColumn('date', { name: 'on_date' }) onDate!: string
  @PrimaryColumn('timestamptz', { name: 'received_at' }) receivedAt!: Date
  @Column('bigint', { name: 'download_bps' }) downloadBps!: string
  @Column('bigint', { name: 'upload_bps', nullable: true }) uploadBps!: string | null
  @Column('text') source!: string
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true }) withdrawnAt!: Date | null
}

/**
 * Sums of what was measured in an area on a local day or in a local month, by network. They grow with each update. Its
 * size follows areas, days and networks, not probes.
 */
@Entity('area_series')
export class AreaSeriesEntity {
  @PrimaryColumn('text') code!: string
  /** day | month */
  @PrimaryColumn('text') step!: string
  /** The day, or the month's first. */
  @PrimaryColumn('date') day!: string
  /** '' where nobody named it. */
  @PrimaryColumn('text') operator!: string
  @PrimaryColumn('text') technology!: string
  @Column('integer') samples!: number
  @Column('integer', { name: 'no_service' }) noService!: number
  /** Values by bin (see histogram.ts of the domain), ascending, and how many each bin holds. */
  @Column('integer', { array: true }) bins!: number[]
  @Column('integer', { array: true }) counts!: number[]
  /** The smallest hashes of its devices, ascending. */
  @Column('bigint', { array: true }) devices!: string[]
}

/** Each update of area_series: all probes received before it are in, and no other. */
@Entity('series_update')
export class SeriesUpdateEntity {
  @PrimaryColumn('timestamptz', { name: 'known_before' }) knownBefore!: Date
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' }) createdAt!: Date
}
