/** Items of the plan, the findings on them, and their changes of state. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** One version of an item of the plan, current until another replaces it; see PlanFields of the domain. */
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
  /** The locality or zone by which its place was given. */
  @Column('text', { name: 'locality_id', nullable: true }) localityId!: string | null
  @Column('text', { name: 'zone_id', nullable: true }) zoneId!: string | null
  /** Where the map shows it. */
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  /** The cells that it covers, ascending. */
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
  /** Why this version was written. */
  @Column('text') comment!: string
  /** Name of the file that it came from; null: written in the page or by the API. */
  @Column('text', { nullable: true }) source!: string | null
  @Column('text') author!: string
  @Column('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
}

/** What the measurements show of an item of the plan; a finding stands until another replaces it. */
@Entity('plan_finding')
@Index('plan_finding_standing', ['code', 'state'], { where: 'ended_at IS NULL' })
export class PlanFindingEntity {
  @PrimaryColumn('text') code!: string
  @PrimaryColumn('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
  /** Of the item. */
  @Column('integer') version!: number
  /** The run that made it; null before any run. */
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  /** How far the item is by its own dates, and after the measurements were looked at. */
  @Column('text') step!: string
  @Column('text') state!: string
  @Column('jsonb', { nullable: true }) evidence!: object | null
}

/** A change of an item's state; written with the finding that caused it. */
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
  /** Null: it is new, or was withdrawn before. */
  @Column('text', { name: 'state_before', nullable: true }) stateBefore!: string | null
  /** The batch of messages that it went into; null: none yet. */
  @Column('text', { nullable: true }) batch!: string | null
}
