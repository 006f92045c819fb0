/** Disputes, their history and documents. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** A dispute about a verdict or a declaration. */
@Entity('dispute')
@Index('dispute_opened', ['openedAt', 'id'])
@Index('dispute_cell', ['cell'])
@Index('dispute_opener', ['openedBy'])
export class DisputeEntity {
  @PrimaryColumn('uuid') id!: string
  /** verdict | declaration */
  @Column('text') subject!: string
  @Column('bigint') cell!: string
  /** The run and its rule, if a verdict is contested. */
  @Column('integer', { name: 'run_id', nullable: true }) runId!: number | null
  @Column('text', { name: 'rule_id', nullable: true }) ruleId!: string | null
  /** The operator, if a declaration is contested. */
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  /** The contested value when the dispute was opened: the verdict's class, or the declared download in bit/s. */
  @Column('text') standing!: string
  /** The areas that contained the cell's centre when the dispute was opened. */
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  /** Name of an account, or id of a device where the role is `device`. */
  @Column('text', { name: 'opened_by' }) openedBy!: string
  @Column('text', { name: 'opener_role' }) openerRole!: string
  @Column('text', { name: 'opener_operator', nullable: true }) openerOperator!: string | null
  /** The device's site, if a device opened the dispute. */
  @Column('text', { name: 'site_code', nullable: true }) siteCode!: string | null
  @Column('text') claimed!: string
  /** The claim in the opener's words. */
  @Column('text') claim!: string
  @Column('uuid', { name: 'probe_ids', array: true, default: '{}' }) probeIds!: string[]
  /** A document described without a link. */
  @Column('text', { nullable: true }) reference!: string | null
  @Column('timestamptz', { name: 'opened_at' }) openedAt!: Date
  @Column('timestamptz', { name: 'due_by' }) dueBy!: Date
  /** The state after the newest event. */
  @Column('text') state!: string
  @Column('boolean', { default: false }) simulated!: boolean
}

/** One event of a dispute. Rows are never updated or deleted. */
@Entity('dispute_event')
export class DisputeEventEntity {
  @PrimaryColumn('uuid', { name: 'dispute_id' }) disputeId!: string
  @PrimaryColumn('smallint') number!: number
  @Column('timestamptz') at!: Date
  @Column('text') action!: string
  /** The state after the event. */
  @Column('text') state!: string
  @Column('text') author!: string
  @Column('text', { name: 'author_role' }) authorRole!: string
  @Column('text', { name: 'author_operator', nullable: true }) authorOperator!: string | null
  @Column('text') comment!: string
}

/** A document of a dispute; each has a few small ones at most. */
@Entity('dispute_document')
export class DisputeDocumentEntity {
  @PrimaryColumn('uuid', { name: 'dispute_id' }) disputeId!: string
  @PrimaryColumn('smallint') number!: number
  /** Number of the event to which the document belongs. */
  @Column('smallint', { name: 'event_number' }) eventNumber!: number
  @Column('text') name!: string
  @Column('text', { name: 'media_type' }) mediaType!: string
  @Column('bytea') content!: Buffer
}
