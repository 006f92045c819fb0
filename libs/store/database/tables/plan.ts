/** Plan items, their findings, and their changes of state. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** One version of a plan item, current until another replaces it; see PlanFields of the domain. */
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
  /** The point at which the map shows the item. */
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
  /** The reason for this version. */
  @Column('text') comment!: string
  /** Name of the file from which it was imported; null if it was written in the page or through the API. */
  @Column('text', { nullable: true }) source!: string | null
  @Column('text') author!: string
  @Column('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
}

/** The result of comparing a plan item with the measurements; valid until another finding replaces it. */
@Entity('plan_finding')
@Index('plan_finding_standing', ['code', 'state'], { where: 'ended_at IS NULL' })
export class PlanFindingEntity {
  @PrimaryColumn('text') code!: string
  @PrimaryColumn('timestamptz', { name: 'begun_at' }) begunAt!: Date
  @Column('timestamptz', { name: 'ended_at', nullable: true }) endedAt!: Date | null
  /** Version of the item. */
  @Column('integer') version!: number
  /** The run that made it; null before any run. */
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  /** The step by the item's own dates, and the state after comparison with the measurements. */
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
  /** Version of the item. */
  @Column('integer') version!: number
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  /** The new state; null if the item was withdrawn. */
  @Column('text', { nullable: true }) state!: string | null
  /** The state before; null if the item is new, or was withdrawn before. */
  @Column('text', { name: 'state_before', nullable: true }) stateBefore!: string | null
  /** The batch of messages that includes the event; null if it is not in one yet. */
  @Column('text', { nullable: true }) batch!: string | null
}
