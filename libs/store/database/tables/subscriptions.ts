/** Subscriptions to events, and the messages that are sent for them. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** Events are sent to an address. */
@Entity('subscription')
export class SubscriptionEntity {
  @PrimaryColumn('uuid') id!: string
  @Column('text') url!: string
  /** Empty: every kind. */
  @Column('text', { array: true }) kinds!: string[]
  @Column('text', { nullable: true }) area!: string | null
  @Column('text', { name: 'rule_id', nullable: true }) ruleId!: string | null
  /** In plain text: signing needs it. */
  @Column('text') secret!: string
  @Column('boolean', { default: false }) paused!: boolean
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null
}

/** Batches of events that were put into deliveries: of a run, or of the plan. */
@Entity('event_batch')
export class EventBatchEntity {
  @PrimaryColumn('text') key!: string
  @Column('timestamptz', { name: 'made_at' }) madeAt!: Date
}

/** One message to one subscription, attempted until it arrives or is given up. */
@Entity('delivery')
@Index('delivery_order', ['subscriptionId', 'number'], { unique: true })
@Index('delivery_pending', ['subscriptionId', 'number'], {
  where: 'delivered_at IS NULL AND dead_at IS NULL',
})
export class DeliveryEntity {
  /** The message's `webhook-id`: the same in every attempt. */
  @PrimaryColumn('uuid') id!: string
  @Column('uuid', { name: 'subscription_id' }) subscriptionId!: string
  /** From 1 within the subscription: messages arrive in this order. */
  @Column('integer') number!: number
  /** Null once it arrived. */
  @Column('text', { nullable: true }) payload!: string | null
  @Column('integer') events!: number
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('integer', { default: 0 }) attempts!: number
  @Column('timestamptz', { name: 'next_at' }) nextAt!: Date
  /** Until when a worker has the lease on it. */
  @Column('timestamptz', { name: 'claimed_until', nullable: true }) claimedUntil!: Date | null
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt!: Date | null
  @Column('timestamptz', { name: 'dead_at', nullable: true }) deadAt!: Date | null
}
