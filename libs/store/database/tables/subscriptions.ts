/** Whoever is told of events, and what is on its way to them. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

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
