/** Subscriptions to events, and the messages that are sent for them. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'

/** An address to which events are sent. */
@Entity('subscription')
export class SubscriptionEntity {
  @PrimaryColumn('uuid') id!: string
  @Column('text') url!: string
  /** Kinds of events; empty for all. */
  @Column('text', { array: true }) kinds!: string[]
  @Column('text', { nullable: true }) area!: string | null
  @Column('text', { name: 'rule_id', nullable: true }) ruleId!: string | null
  /** Sealed, because signing needs it as it is. */
  @Column('text') secret!: string
  /** The secret before, sealed, with which messages are signed as well until the receiver has changed over. */
  @Column('text', { name: 'previous_secret', nullable: true }) previousSecret!: string | null
  @Column('timestamptz', { name: 'previous_secret_until', nullable: true }) previousSecretUntil!: Date | null
  @Column('boolean', { default: false }) paused!: boolean
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'deleted_at', nullable: true }) deletedAt!: Date | null
}

/** Batches of events, of a run or of the plan, that were put into deliveries. */
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
  /** Number of the message within the subscription, from 1: messages arrive in this order. */
  @Column('integer') number!: number
  /** The message; null once it arrived. */
  @Column('text', { nullable: true }) payload!: string | null
  @Column('integer') events!: number
  @Column('timestamptz', { name: 'created_at' }) createdAt!: Date
  @Column('integer', { default: 0 }) attempts!: number
  @Column('timestamptz', { name: 'next_at' }) nextAt!: Date
  /** Time until which a worker has the lease on it. */
  @Column('timestamptz', { name: 'claimed_until', nullable: true }) claimedUntil!: Date | null
  @Column('text', { name: 'last_error', nullable: true }) lastError!: string | null
  @Column('timestamptz', { name: 'delivered_at', nullable: true }) deliveredAt!: Date | null
  @Column('timestamptz', { name: 'dead_at', nullable: true }) deadAt!: Date | null
}
