/**
 * The tables, as TypeORM knows them: a test holds these and the migrations equal. Queries on the large tables
 * (probe, verdict, rollup) are SQL by hand in the files beside this one.
 */
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'

const NOW = () => 'now()'

@Entity('area')
@Index('area_level', ['level', 'vintage'])
@Index('area_geom', ['geom'], { spatial: true })
export class AreaEntity {
  @PrimaryColumn('text') code!: string
  /** Year of the code's and boundary's edition; 0 marks simulated areas, which any real edition replaces on the map. */
  @PrimaryColumn('smallint') vintage!: number
  @Column('text') level!: string
  @Column('text', { nullable: true }) type!: string | null
  @Column('text', { name: 'parent_code', nullable: true }) parentCode!: string | null
  @Column('text', { name: 'name_fr' }) nameFr!: string
  @Column('text', { name: 'name_ar' }) nameAr!: string
  /** Both names, folded for search. */
  @Column('text', { name: 'search_name' }) searchName!: string
  @Column('integer', { nullable: true }) population!: number | null
  /** Res-8 cells whose centre lies in the area. */
  @Column('integer', { name: 'cell_count' }) cellCount!: number
  @Column('text') source!: string
  @Column('geometry', { spatialFeatureType: 'MultiPolygon', srid: 4326 }) geom!: object
}

@Entity('locality')
@Index('locality_cell', ['cell'])
export class LocalityEntity {
  @PrimaryColumn('text') id!: string
  @Column('text', { name: 'name_fr' }) nameFr!: string
  @Column('text', { name: 'name_ar', nullable: true }) nameAr!: string | null
  @Column('text', { name: 'search_name' }) searchName!: string
  @Column('text') kind!: string
  @Column('integer', { nullable: true }) population!: number | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  @Column('bigint') cell!: string
}

@Entity('site')
@Index('site_simulated', ['code'], { where: 'simulated' })
@Index('site_cell', ['cell'])
@Index('site_name', ['name', 'code'])
export class SiteEntity {
  @PrimaryColumn('text') code!: string
  @Column('text') name!: string
  @Column('text', { name: 'name_ar', nullable: true }) nameAr!: string | null
  @Column('text') type!: string
  @Column('text', { name: 'commune_code' }) communeCode!: string
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  @Column('bigint') cell!: string
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  @Column('bigint', { name: 'contracted_down_bps', nullable: true }) contractedDownBps!: string | null
  @Column('bigint', { name: 'contracted_up_bps', nullable: true }) contractedUpBps!: string | null
  @Column('boolean', { default: false }) simulated!: boolean
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
}

@Entity('device')
@Index('device_token', ['tokenHash'], { unique: true })
export class DeviceEntity {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column('text', { name: 'site_code' }) siteCode!: string
  /** SHA-256 of a token of 256 random bits; nothing slower is needed for a secret that cannot be guessed. */
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null
  /** Newest time of its probes. */
  @Column('timestamptz', { name: 'last_measured_at', nullable: true }) lastMeasuredAt!: Date | null
  /** Where it was last: what its next position is compared with. */
  @Column('timestamptz', { name: 'last_position_at', nullable: true }) lastPositionAt!: Date | null
  @Column('double precision', { name: 'last_lat', nullable: true }) lastLat!: number | null
  @Column('double precision', { name: 'last_lng', nullable: true }) lastLng!: number | null
  @Column('double precision', { name: 'last_accuracy_m', nullable: true }) lastAccuracyM!: number | null
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

/** What our own server saw of one ndt7 sub-test. */
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
  /** By WebSocket ping: of the application, not of TCP. */
  @Column('double precision', { name: 'min_rtt_ms', nullable: true }) minRttMs!: number | null
  @Column('text') ended!: string
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

@Entity('account')
export class AccountEntity {
  @PrimaryColumn('text') name!: string
  /** argon2id, PHC string. */
  @Column('text', { name: 'password_hash' }) passwordHash!: string
  @Column('text') role!: string
  /** A password that somebody else has seen may only be used to set another. */
  @Column('boolean', { name: 'must_change_password' }) mustChangePassword!: boolean
  /** Whom an account of the role `operator` speaks for; null in every other role. */
  @Column('text', { nullable: true }) operator!: string | null
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
}

@Entity('session')
@Index('session_account', ['accountName'])
export class SessionEntity {
  @PrimaryColumn('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('text', { name: 'account_name' }) accountName!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
}

/** Every change made by a person: who, when, what. Never updated, never deleted. */
@Entity('change')
export class ChangeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string
  @Column('timestamptz', { default: NOW }) at!: Date
  @Column('text') author!: string
  @Column('text') action!: string
  @Column('text') subject!: string
  @Column('jsonb', { nullable: true }) detail!: object | null
}

@Entity('probe')
@Index('probe_id', ['id'])
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
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  @Column('double precision', { name: 'accuracy_m', nullable: true }) accuracyM!: number | null
  @Column('text', { nullable: true }) technology!: string | null
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text') outcome!: string
  @Column('bigint', { name: 'download_bps', nullable: true }) downloadBps!: string | null
  @Column('bigint', { name: 'upload_bps', nullable: true }) uploadBps!: string | null
  @Column('double precision', { name: 'latency_ms', nullable: true }) latencyMs!: number | null
  @Column('double precision', { name: 'jitter_ms', nullable: true }) jitterMs!: number | null
  @Column('double precision', { name: 'loss_ratio', nullable: true }) lossRatio!: number | null
  @Column('double precision', { name: 'signal_dbm', nullable: true }) signalDbm!: number | null
  @Column('text', { nullable: true }) tool!: string | null
  @Column('text', { array: true, default: '{}' }) flags!: string[]
  /** False where a flag takes the probe out of the evidence. */
  @Column('boolean') counted!: boolean
  /** The tool's document as JSON text: text keeps what jsonb cannot (NUL, lone surrogates, key order). */
  @Column('text', { nullable: true }) raw!: string | null
  /** The device's own time where its clock was wrong and `measured_at` was corrected. */
  @Column('timestamptz', { name: 'device_measured_at', nullable: true }) deviceMeasuredAt!: Date | null
  /** Names of the tests, as in speed_test where the test was ours. */
  @Column('text', { name: 'download_test', nullable: true }) downloadTest!: string | null
  @Column('text', { name: 'upload_test', nullable: true }) uploadTest!: string | null
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

@Entity('rule')
export class RuleEntity {
  @PrimaryColumn('text') id!: string
  @PrimaryColumn('smallint') version!: number
  @Column('jsonb') definition!: object
}

@Entity('run')
@Index('run_rule', ['ruleId', 'id'])
export class RunEntity {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' }) id!: number
  @Column('text', { name: 'rule_id' }) ruleId!: string
  @Column('smallint', { name: 'rule_version' }) ruleVersion!: number
  /** Runs of one series share verdict rows; a run with a window of its own starts its own series. */
  @Column('integer') series!: number
  /** What a caller fixed by hand (a past window) never becomes `latest`. */
  @Column('boolean') current!: boolean
  @Column('timestamptz', { name: 'valid_from' }) validFrom!: Date
  @Column('timestamptz', { name: 'valid_to' }) validTo!: Date
  @Column('timestamptz', { name: 'known_before' }) knownBefore!: Date
  @Column('text') digest!: string
  @Column('integer') white!: number
  @Column('integer') grey!: number
  @Column('integer') black!: number
  @Column('integer') unknown!: number
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
}

/** Holds for the runs of its series from `first_run` until before `next_run` (open while null). */
@Entity('verdict')
@Index('verdict_standing', ['series', 'cell'], { where: 'next_run IS NULL' })
export class VerdictEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('text') class!: string
  @Column('double precision') confidence!: number
  /** Steps at which the class would change if a threshold moved: see what-if.ts of the domain. */
  @Column('bigint', { default: 0 }) ladder!: string
}

/** What a run knew of one network in one cell, held for runs as a verdict is; see NetworkEvidence of the domain. */
@Entity('evidence')
@Index('evidence_standing', ['series', 'cell'], { where: 'next_run IS NULL' })
export class EvidenceEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('bigint') cell!: string
  /** '' where nobody named it. */
  @PrimaryColumn('text') operator!: string
  @PrimaryColumn('text') technology!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('integer') samples!: number
  @Column('integer') passes!: number
  @Column('integer', { name: 'no_service' }) noService!: number
  @Column('integer', { name: 'peak_samples' }) peakSamples!: number
  @Column('bigint') weight!: string
  @Column('bigint', { name: 'pass_weight' }) passWeight!: string
  @Column('bigint', { name: 'settled_weight' }) settledWeight!: string
  @Column('bigint', { name: 'settled_pass_weight' }) settledPassWeight!: string
  @Column('integer') devices!: number
  @Column('integer', { name: 'pass_devices' }) passDevices!: number
  @Column('integer', { name: 'fail_devices' }) failDevices!: number
  @Column('integer') days!: number
  @Column('integer', { name: 'pass_days' }) passDays!: number
  @Column('integer', { name: 'fail_days' }) failDays!: number
  @Column('integer') hours!: number
  @Column('timestamptz', { name: 'last_measured_at', nullable: true }) lastMeasuredAt!: Date | null
  @Column('bigint', { name: 'declared_bps', nullable: true }) declaredBps!: string | null
  @Column('date', { name: 'planned_by', nullable: true }) plannedBy!: string | null
  @Column('text') state!: string
}

/** Counts of res-8 verdicts under a parent cell of resolution 4..7, held for runs as a verdict is. */
@Entity('rollup')
@Index('rollup_standing', ['series', 'cell'], { where: 'next_run IS NULL' })
export class RollupEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('integer') white!: number
  @Column('integer') grey!: number
  @Column('integer') black!: number
  @Column('integer') unknown!: number
}

/**
 * Counts of res-8 cells by what is said of a network there, under a parent cell of resolution 5, held for runs as a verdict
 * is. Those of an operator's networks, of a technology's and of all have `*` in place of what is left open.
 */
@Entity('network_rollup')
@Index('network_rollup_until', ['series', 'operator', 'technology', 'nextRun', 'cell'])
export class NetworkRollupEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('text') operator!: string
  @PrimaryColumn('text') technology!: string
  @PrimaryColumn('bigint') cell!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('integer') present!: number
  @Column('integer') declared!: number
  @Column('integer') missing!: number
  @Column('integer') undecided!: number
}

/** Counts of res-8 verdicts in an area, as the boundaries stood when the run was made. */
@Entity('area_count')
export class AreaCountEntity {
  @PrimaryColumn('integer', { name: 'run_id' }) runId!: number
  @PrimaryColumn('text') code!: string
  @Column('smallint') vintage!: number
  @Column('integer') white!: number
  @Column('integer') grey!: number
  @Column('integer') black!: number
  @Column('integer') unknown!: number
}

/** What an operator declares now, or promises by a date, in one cell; held from `received_at` until `withdrawn_at`. */
@Entity('coverage')
@Index('coverage_received', ['receivedAt'])
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

/** The areas that hold a res-8 cell's centre, for cells that were ever measured. */
@Entity('cell_place')
@Index('cell_place_moved', ['movedAt'], { where: 'moved_at IS NOT NULL' })
export class CellPlaceEntity {
  @PrimaryColumn('bigint') cell!: string
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  /** When new boundaries last brought the cell into another area; null while it lies where it was first placed. */
  @Column('timestamptz', { name: 'moved_at', nullable: true }) movedAt!: Date | null
}

/** Connected cells of one class in one area, held for runs as a verdict is. */
@Entity('zone')
@Index('zone_size', ['series', 'cellCount', 'id'])
// By an expression, which TypeORM cannot say: see the migration.
@Index('zone_standing', { synchronize: false })
@Index('zone_geom', ['geom'], { spatial: true })
export class ZoneEntity {
  @PrimaryColumn('integer') series!: number
  /** Lasts from run to run: see the domain library. */
  @PrimaryColumn('text') id!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('text') class!: string
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('integer', { name: 'cell_count' }) cellCount!: number
  /** Ascending. */
  @Column('bigint', { array: true }) cells!: string[]
  @Column('geometry', { spatialFeatureType: 'MultiPolygon', srid: 4326 }) geom!: object
}

/** What a run did to a zone: one row at most. */
@Entity('zone_event')
@Index('zone_event_other', ['series', 'otherZone'], { where: 'other_zone IS NOT NULL' })
@Index('zone_event_run', ['runId', 'zoneId'])
export class ZoneEventEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('text', { name: 'zone_id' }) zoneId!: string
  @PrimaryColumn('integer', { name: 'run_id' }) runId!: number
  @Column('text') kind!: string
  @Column('integer', { name: 'cells_before' }) cellsBefore!: number
  @Column('integer', { name: 'cells_after' }) cellsAfter!: number
  @Column('text', { name: 'other_zone', nullable: true }) otherZone!: string | null
  /** Of a resolved zone: how many of its cells are now of each class. */
  @Column('jsonb', { nullable: true }) became!: object | null
}

/**
 * What was measured in an area on a local day or in a local month, by network: sums that grow with each update. Its size
 * follows areas, days and networks, not probes.
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

/** Somebody contests a verdict or a declaration. */
@Entity('dispute')
@Index('dispute_opened', ['openedAt', 'id'])
@Index('dispute_cell', ['cell'])
@Index('dispute_opener', ['openedBy'])
export class DisputeEntity {
  @PrimaryColumn('uuid') id!: string
  /** verdict | declaration */
  @Column('text') subject!: string
  @Column('bigint') cell!: string
  /** Of a verdict: the run and its rule. */
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  @Column('text', { name: 'rule_id', nullable: true }) ruleId!: string | null
  /** Of a declaration. */
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  /** What was contested, as it stood: the verdict's class, or the declared download in bit/s. */
  @Column('text') standing!: string
  /** The areas that held the cell's centre when it was opened. */
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  /** Name of an account, or id of a device where the role is `device`. */
  @Column('text', { name: 'opened_by' }) openedBy!: string
  @Column('text', { name: 'opener_role' }) openerRole!: string
  @Column('text', { name: 'opener_operator', nullable: true }) openerOperator!: string | null
  /** The device's. */
  @Column('text', { name: 'site_code', nullable: true }) siteCode!: string | null
  @Column('text') claimed!: string
  /** In their words. */
  @Column('text') claim!: string
  @Column('uuid', { name: 'probe_ids', array: true, default: '{}' }) probeIds!: string[]
  /** A document described without a link. */
  @Column('text', { nullable: true }) reference!: string | null
  @Column('timestamptz', { name: 'opened_at' }) openedAt!: Date
  @Column('timestamptz', { name: 'due_by' }) dueBy!: Date
  /** That of the newest event. */
  @Column('text') state!: string
  @Column('boolean', { default: false }) simulated!: boolean
}

/** What happened to a dispute. Never updated, never deleted. */
@Entity('dispute_event')
export class DisputeEventEntity {
  @PrimaryColumn('uuid', { name: 'dispute_id' }) disputeId!: string
  @PrimaryColumn('smallint') number!: number
  @Column('timestamptz') at!: Date
  @Column('text') action!: string
  /** The state after it. */
  @Column('text') state!: string
  @Column('text') author!: string
  @Column('text', { name: 'author_role' }) authorRole!: string
  @Column('text', { name: 'author_operator', nullable: true }) authorOperator!: string | null
  @Column('text') comment!: string
}

/** At most a few small ones for a dispute. */
@Entity('dispute_document')
export class DisputeDocumentEntity {
  @PrimaryColumn('uuid', { name: 'dispute_id' }) disputeId!: string
  @PrimaryColumn('smallint') number!: number
  /** The event that it came with. */
  @Column('smallint', { name: 'event_number' }) eventNumber!: number
  @Column('text') name!: string
  @Column('text', { name: 'media_type' }) mediaType!: string
  @Column('bytea') content!: Buffer
}

/** Whoever is told of events, at an address. */
@Entity('subscription')
export class SubscriptionEntity {
  @PrimaryColumn('uuid') id!: string
  @Column('text') url!: string
  /** Empty: every kind. */
  @Column('text', { array: true }) kinds!: string[]
  @Column('text', { nullable: true }) area!: string | null
  @Column('text', { name: 'rule_id', nullable: true }) ruleId!: string | null
  /** As it is: whoever signs needs it. */
  @Column('text') secret!: string
  @Column('boolean', { default: false }) paused!: boolean
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null
}

/** Runs whose events were put into deliveries. */
@Entity('event_batch')
export class EventBatchEntity {
  @PrimaryColumn('text') key!: string
  @Column('timestamptz', { name: 'made_at' }) madeAt!: Date
}

/** One message to one subscription, tried until it arrives or is given up. */
@Entity('delivery')
@Index('delivery_order', ['subscriptionId', 'number'], { unique: true })
@Index('delivery_pending', ['subscriptionId', 'number'], {
  where: 'delivered_at IS NULL AND dead_at IS NULL',
})
export class DeliveryEntity {
  /** The message's `webhook-id`: the same in every try. */
  @PrimaryColumn('uuid') id!: string
  @Column('uuid', { name: 'subscription_id' }) subscriptionId!: string
  /** From 1 within the subscription: they arrive in this order. */
  @Column('integer') number!: number
  /** Null once it arrived. */
  @Column('text', { nullable: true }) payload!: string | null
  @Column('integer') events!: number
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('integer', { default: 0 }) attempts!: number
  @Column('timestamptz', { name: 'next_at' }) nextAt!: Date
  /** While a worker tries it. */
  @Column('timestamptz', { name: 'claimed_until', nullable: true }) claimedUntil!: Date | null
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt!: Date | null
  @Column('timestamptz', { name: 'dead_at', nullable: true }) deadAt!: Date | null
}

/** One version of an item of the plan, which stands until another takes its place; see PlanFields of the domain. */
@Entity('plan_item')
@Index('plan_item_standing', ['code'], { unique: true, where: 'ended_at IS NULL' })
@Index('plan_item_place', ['lat', 'lng'], { where: 'ended_at IS NULL' })
@Index('plan_item_cells', { synchronize: false })
export class PlanItemEntity {
  @PrimaryColumn('text') code!: string
  @PrimaryColumn('integer') version!: number
  @Column('text', { name: 'name_fr' }) nameFr!: string
  @Column('text', { name: 'name_ar', nullable: true }) nameAr!: string | null
  @Column('text', { name: 'area_code', nullable: true }) areaCode!: string | null
  /** How its place was said, where it was by an id. */
  @Column('text', { name: 'locality_id', nullable: true }) localityId!: string | null
  @Column('text', { name: 'zone_id', nullable: true }) zoneId!: string | null
  /** Where the map shows it. */
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  /** What it covers, ascending. */
  @Column('bigint', { array: true }) cells!: string[]
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  @Column('bigint', { name: 'target_bps', nullable: true }) targetBps!: string | null
  @Column('date', { name: 'awarded_on', nullable: true }) awardedOn!: string | null
  @Column('date', { name: 'started_on', nullable: true }) startedOn!: string | null
  @Column('date', { name: 'promised_by', nullable: true }) promisedBy!: string | null
  @Column('date', { name: 'in_service_on', nullable: true }) inServiceOn!: string | null
  @Column('boolean') withdrawn!: boolean
  @Column('boolean') simulated!: boolean
  /** Why it was written so. */
  @Column('text') comment!: string
  /** Name of the file that it came from; null: written in the page or by the API. */
  @Column('text', { nullable: true }) source!: string | null
  @Column('text') author!: string
  @Column('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
}

/** What was found of an item of the plan, which holds until something else is found. */
@Entity('plan_finding')
@Index('plan_finding_standing', ['code', 'state'], { where: 'ended_at IS NULL' })
export class PlanFindingEntity {
  @PrimaryColumn('text') code!: string
  @PrimaryColumn('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
  /** Of the item. */
  @Column('integer') version!: number
  /** The run that first found it so; null before any run. */
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  /** What people say, and what that is worth. */
  @Column('text') step!: string
  @Column('text') state!: string
  @Column('jsonb', { nullable: true }) evidence!: object | null
}

/** A change of an item's state; written with the finding that made it. */
@Entity('plan_event')
@Index('plan_event_at', ['at'])
@Index('plan_event_batch', ['batch'])
export class PlanEventEntity {
  @PrimaryColumn('text') code!: string
  @PrimaryColumn('timestamptz') at!: Date
  /** Of the item. */
  @Column('integer') version!: number
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  /** Null: it was withdrawn. */
  @Column('text', { nullable: true }) state!: string | null
  /** Null: it is new, or stands again. */
  @Column('text', { name: 'state_before', nullable: true }) stateBefore!: string | null
  /** Which messages it went into; null: none yet. */
  @Column('text', { nullable: true }) batch!: string | null
}

/** One row per tick of a scheduled job: who inserts it runs the job. */
@Entity('lease')
export class LeaseEntity {
  @PrimaryColumn('text') key!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
}

export const ENTITIES = [
  AreaEntity,
  LocalityEntity,
  SiteEntity,
  DeviceEntity,
  AccountEntity,
  SessionEntity,
  ChangeEntity,
  ProbeEntity,
  QuarantineEntity,
  RuleEntity,
  RunEntity,
  VerdictEntity,
  EvidenceEntity,
  CoverageEntity,
  RollupEntity,
  NetworkRollupEntity,
  AreaSeriesEntity,
  SeriesUpdateEntity,
  AreaCountEntity,
  CellPlaceEntity,
  TestTokenEntity,
  SpeedTestEntity,
  ProbeFlagEntity,
  ZoneEntity,
  ZoneEventEntity,
  DisputeEntity,
  DisputeEventEntity,
  DisputeDocumentEntity,
  SubscriptionEntity,
  EventBatchEntity,
  DeliveryEntity,
  PlanItemEntity,
  PlanFindingEntity,
  PlanEventEntity,
  LeaseEntity,
]
