/** Disputes, their history and documents. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

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
  /** In the opener's words. */
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
