/** Accounts, devices, and the changes that people made. */
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
import { NOW } from './now.js'

@Entity('account')
export class AccountEntity {
  @PrimaryColumn('text') name!: string
  /** argon2id, PHC string. */
  @Column('text', { name: 'password_hash' }) passwordHash!: string
  @Column('text') role!: string
  /** A password that somebody else has seen may only be used to set another. */
  @Column('boolean', { name: 'must_change_password' }) mustChangePassword!: boolean
  /** The operator that an account of the role `operator` represents; null in every other role. */
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

/**
 * A row of the log: author, action, time. Triggers refuse to update or delete it, except by an erasure or a retention that
 * stands in the log itself.
 */
@Entity('change')
@Index('change_revision', ['id'], { where: `kind = 'change'` })
@Index('change_anchor', ['id'], { where: `kind = 'anchor'` })
export class ChangeEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string
  @Column('timestamptz', { default: NOW }) at!: Date
  @Column('text') author!: string
  @Column('text') action!: string
  @Column('text') subject!: string
  @Column('jsonb', { nullable: true }) detail!: object | null
  /** The kind of event: see LOG_KINDS. */
  @Column('text', { default: 'change' }) kind!: string
  /** The row of the erasure by which the names of a person were removed from this one. */
  @Column('bigint', { name: 'redacted_by', nullable: true }) redactedBy!: string | null
}

/** The seal of a row of the log: `hash` is SHA-256 of the hash before it and of the hash of the salted row. */
@Entity('change_seal')
@Index('change_seal_change', ['changeId'], { unique: true })
export class ChangeSealEntity {
  /** The place in the order of commits, without gaps. */
  @PrimaryColumn('bigint') seq!: string
  @Column('bigint', { name: 'change_id' }) changeId!: string
  /** Random bytes that are hashed with the row; null once it was redacted. */
  @Column('bytea', { nullable: true }) salt!: Buffer | null
  @Column('bytea', { name: 'content_hash' }) contentHash!: Buffer
  @Column('bytea') hash!: Buffer
}

/** Days for which something is kept. */
@Entity('retention')
export class RetentionEntity {
  @PrimaryColumn('text') subject!: string
  @Column('integer') days!: number
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
  /** Its last position, with which its next one is compared. */
  @Column('timestamptz', { name: 'last_position_at', nullable: true }) lastPositionAt!: Date | null
  @Column('double precision', { name: 'last_lat', nullable: true }) lastLat!: number | null
  @Column('double precision', { name: 'last_lng', nullable: true }) lastLng!: number | null
  @Column('double precision', { name: 'last_accuracy_m', nullable: true }) lastAccuracyM!: number | null
  /** All counted probes after `recent_since`: what the next ones may repeat (see #domain/probe, DeviceHistory). */
  @Column('jsonb', { name: 'recent_probes', nullable: true }) recentProbes!: object | null
  @Column('timestamptz', { name: 'recent_since', nullable: true }) recentSince!: Date | null
}

/** One row for each tick of a scheduled job: the process that inserts it runs the job. */
@Entity('lease')
export class LeaseEntity {
  @PrimaryColumn('text') key!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
}
