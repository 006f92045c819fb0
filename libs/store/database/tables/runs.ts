/** Rules and runs, and the results of each run for cells, networks, areas and zones. */
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
import { NOW } from './now.js'

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
  /** Whether it is a current run; a run with a window of the caller's choice never becomes `latest`. */
  @Column('boolean') current!: boolean
  @Column('timestamptz', { name: 'valid_from' }) validFrom!: Date
  @Column('timestamptz', { name: 'valid_to' }) validTo!: Date
  @Column('timestamptz', { name: 'known_before' }) knownBefore!: Date
  @Column('text') digest!: string
  @Column('integer') white!: number
  @Column('integer') grey!: number
  @Column('integer') black!: number
  @Column('integer') unknown!: number
  /** Cells of `unknown` that at least one operator serves. */
  @Column('integer', { default: 0 }) served!: number
  /** Cells of `unknown` that none of the operators that were tried serves. */
  @Column('integer', { name: 'none_tried', default: 0 }) noneTried!: number
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  /** Who may serve where, as the run knew it (RunRoster); null where it judged without a roster. */
  @Column('jsonb', { nullable: true }) roster!: object | null
}

/** A verdict, valid in the runs of its series from `first_run` until before `next_run` (null: in all later runs). */
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
  /** The fewest operators that can serve the cell; null under a rule without a roster, as is `upper_bound`. */
  @Column('smallint', { name: 'lower_bound', nullable: true }) lowerBound!: number | null
  /** The most operators that can serve the cell. */
  @Column('smallint', { name: 'upper_bound', nullable: true }) upperBound!: number | null
  /** Operators of the roster of which nothing was measured in the cell, in the order of their ids. */
  @Column('text', { array: true, default: [] }) untried!: string[]
  /** The knowledge where no class is stated: `served`, `none_tried` or null; see PartialKnowledge of the domain. */
  @Column('text', { nullable: true }) partial!: string | null
}

/** A fitted model of the prior probability that an operator serves a cell; see presence-model.ts of the domain. */
@Entity('presence_model')
@Index('presence_model_newest', ['ruleId', 'receivedAt'])
export class PresenceModelEntity {
  @PrimaryGeneratedColumn('identity', { type: 'integer', generatedIdentity: 'ALWAYS' }) id!: number
  @Column('text', { name: 'rule_id' }) ruleId!: string
  @Column('timestamptz', { name: 'received_at', default: NOW }) receivedAt!: Date
  @Column('text') author!: string
  @Column('jsonb') coefficients!: object
  /** Number of cells that it was fitted on. */
  @Column('integer') cells!: number
  @Column('double precision', { name: 'log_loss' }) logLoss!: number
}

/** The share of a place's decided networks that are present, by operator and group of technologies, as a model was fitted on. */
@Entity('presence_share')
export class PresenceShareEntity {
  @PrimaryColumn('integer', { name: 'model_id' }) modelId!: number
  /** H3 index of resolution 5; 0 is the whole country. */
  @PrimaryColumn('bigint') place!: string
  @PrimaryColumn('text') operator!: string
  @PrimaryColumn('text', { name: 'technology_group' }) technologyGroup!: string
  @Column('double precision', { name: 'log_odds' }) logOdds!: number
  /** Number of decided networks. */
  @Column('integer') n!: number
}

/**
 * Evidence of one network in one cell as a run knew it, valid in runs as a verdict is; see NetworkEvidence of the
 * domain.
 */
@Entity('evidence')
@Index('evidence_standing', ['series', 'cell'], { where: 'next_run IS NULL' })
export class EvidenceEntity {
  @PrimaryColumn('integer') series!: number
  @PrimaryColumn('bigint') cell!: string
  /** The operator's id; '' if the probes name none. */
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

/** Counts of res-8 verdicts under a parent cell of resolution 4..7, valid in runs as a verdict is. */
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
  /** Cells of `unknown` that at least one operator serves. */
  @Column('integer', { default: 0 }) served!: number
  /** Cells of `unknown` that none of the operators that were tried serves. */
  @Column('integer', { name: 'none_tried', default: 0 }) noneTried!: number
}

/**
 * Counts of res-8 cells by a network's reach there, under a parent cell of resolution 5, valid in runs as a verdict is. In the
 * counts of all networks of an operator or of a technology, `*` stands for any technology or any operator.
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

/** Counts of res-8 verdicts in an area, by the boundaries at the time of the run. */
@Entity('area_count')
export class AreaCountEntity {
  @PrimaryColumn('integer', { name: 'run_id' }) runId!: number
  @PrimaryColumn('text') code!: string
  @Column('smallint') vintage!: number
  @Column('integer') white!: number
  @Column('integer') grey!: number
  @Column('integer') black!: number
  @Column('integer') unknown!: number
  /** Cells of `unknown` that at least one operator serves. */
  @Column('integer', { default: 0 }) served!: number
  /** Cells of `unknown` that none of the operators that were tried serves. */
  @Column('integer', { name: 'none_tried', default: 0 }) noneTried!: number
}

/** Connected cells of one class in one area, valid in runs as a verdict is. */
@Entity('zone')
@Index('zone_size', ['series', 'cellCount', 'id'])
// TypeORM cannot declare the index because it is on an expression; see the migration.
@Index('zone_standing', { synchronize: false })
@Index('zone_geom', ['geom'], { spatial: true })
export class ZoneEntity {
  @PrimaryColumn('integer') series!: number
  /** Identity of the zone, which stays the same from run to run; see the domain library. */
  @PrimaryColumn('text') id!: string
  @PrimaryColumn('integer', { name: 'first_run' }) firstRun!: number
  @Column('integer', { name: 'next_run', nullable: true }) nextRun!: number | null
  @Column('text') class!: string
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('integer', { name: 'cell_count' }) cellCount!: number
  /** The cells in ascending order. */
  @Column('bigint', { array: true }) cells!: string[]
  @Column('geometry', { spatialFeatureType: 'MultiPolygon', srid: 4326 }) geom!: object
}

/** The event of a zone in a run, at most one. */
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
  /** Number of cells of a resolved zone by their class in this run. */
  @Column('jsonb', { nullable: true }) became!: object | null
}
