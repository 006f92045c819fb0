/** Accounts, devices, and the changes that people made. */
import { Column, Entity, Generated, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
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
  @Column('timestamptz', { name: 'last_sign_in_at', nullable: true }) lastSignInAt!: Date | null
  /** Since when the account may not sign in. */
  @Column('timestamptz', { name: 'disabled_at', nullable: true }) disabledAt!: Date | null
  /** The row of a removed account stays, so that nobody else takes the name that stands beside its decisions. */
  @Column('timestamptz', { name: 'removed_at', nullable: true }) removedAt!: Date | null
  /** Attempts with a wrong password since the last sign-in. */
  @Column('integer', { name: 'failed_sign_ins', default: 0 }) failedSignIns!: number
  @Column('timestamptz', { name: 'last_failed_sign_in_at', nullable: true }) lastFailedSignInAt!: Date | null
}

/** Attempts to sign in by a name, whether there is such an account or not. */
@Entity('sign_in_attempt')
export class SignInAttemptEntity {
  /** The secret that is guessed: `password`, or `code` of a second factor; `address` counts requests of an address. */
  @PrimaryColumn('text') kind!: string
  @PrimaryColumn('text') name!: string
  @Column('integer') attempts!: number
  @Column('timestamptz', { name: 'last_at' }) lastAt!: Date
  /** Attempts from addresses that are not known are refused before this time. */
  @Column('timestamptz', { name: 'next_at' }) nextAt!: Date
}

/** An address from which a person has signed in: a whole IPv4 address, or the first 64 bits of an IPv6 address. */
@Entity('account_address')
export class AccountAddressEntity {
  @PrimaryColumn('text', { name: 'account_name' }) accountName!: string
  @PrimaryColumn('text') subscriber!: string
  @Column('timestamptz', { name: 'last_sign_in_at', default: NOW }) lastSignInAt!: Date
}

@Entity('session')
@Index('session_account', ['accountName'])
export class SessionEntity {
  @PrimaryColumn('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('text', { name: 'account_name' }) accountName!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
  /** Names the session in lists; it opens nothing. */
  @Column('uuid') @Generated('uuid') id!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('timestamptz', { name: 'last_used_at', default: NOW }) lastUsedAt!: Date
  /** The address that signed in, and what its browser called itself. */
  @Column('text', { nullable: true }) address!: string | null
  @Column('text', { name: 'user_agent', nullable: true }) userAgent!: string | null
  /** Whether it began at an OpenID Connect provider. */
  @Column('boolean', { name: 'is_external', default: false }) isExternal!: boolean
}

/** A link, usable once, by which a person sets the password of an account. */
@Entity('invitation')
@Index('invitation_account', ['accountName'])
export class InvitationEntity {
  @PrimaryColumn('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('text', { name: 'account_name' }) accountName!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
}

/** The second factor of an account; it counts once it is confirmed. */
@Entity('second_factor')
export class SecondFactorEntity {
  @PrimaryColumn('text', { name: 'account_name' }) accountName!: string
  /** The secret in base 32, sealed. Codes are computed from it, so it cannot be a hash. */
  @Column('text') secret!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('timestamptz', { name: 'confirmed_at', nullable: true }) confirmedAt!: Date | null
  /** Number of the newest period of 30 seconds whose code was used. */
  @Column('bigint', { name: 'last_counter', nullable: true }) lastCounter!: string | null
}

/** A person of an OpenID Connect provider, to whom an account belongs. */
@Entity('account_identity')
@Index('account_identity_name', ['accountName'])
export class AccountIdentityEntity {
  @PrimaryColumn('text') issuer!: string
  /** The provider's id of the person. */
  @PrimaryColumn('text') subject!: string
  @Column('text', { name: 'account_name' }) accountName!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
}

/** A passkey of an account (a WebAuthn credential), which counts as its second factor. */
@Entity('passkey')
@Index('passkey_account', ['accountName'])
export class PasskeyEntity {
  /** The credential's id, in base64url. */
  @PrimaryColumn('text') id!: string
  @Column('text', { name: 'account_name' }) accountName!: string
  @Column('text') name!: string
  /** The public key in COSE's form. */
  @Column('bytea', { name: 'public_key' }) publicKey!: Buffer
  /** Number of signatures that the authenticator said last; 0 if it does not count. */
  @Column('bigint') counter!: string
  @Column('text', { array: true }) transports!: string[]
  /** The host name of the server for which it was made. */
  @Column('text', { name: 'rp_id' }) rpId!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null
}

/** Random bytes that a browser signs with a passkey, once. */
@Entity('passkey_challenge')
export class PasskeyChallengeEntity {
  @PrimaryColumn('text') challenge!: string
  @Column('text', { name: 'account_name' }) accountName!: string
  /** Its purpose: to `add` a passkey, or to `sign_in`. */
  @Column('text') purpose!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
}

/** A code for whoever lost the second factor. */
@Entity('recovery_code')
export class RecoveryCodeEntity {
  @PrimaryColumn('text', { name: 'account_name' }) accountName!: string
  @PrimaryColumn('bytea', { name: 'code_hash' }) codeHash!: Buffer
  @Column('timestamptz', { name: 'used_at', nullable: true }) usedAt!: Date | null
}

/** The requirements for signing in with a role. */
@Entity('sign_in_rule')
export class SignInRuleEntity {
  @PrimaryColumn('text') role!: string
  @Column('boolean', { name: 'second_factor' }) secondFactor!: boolean
  @Column('timestamptz', { name: 'changed_at', default: NOW }) changedAt!: Date
  @Column('text', { name: 'changed_by' }) changedBy!: string
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
@Index('device_site', ['siteCode', 'id'])
export class DeviceEntity {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column('text', { name: 'site_code' }) siteCode!: string
  /** SHA-256 of a token of 256 random bits; nothing slower is needed for a secret that cannot be guessed. */
  @Column('bytea', { name: 'token_hash' }) tokenHash!: Buffer
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null
  /** The name that administrators gave it, such as “phone of the nurse”; null if they gave none. */
  @Column('text', { nullable: true }) name!: string | null
  /** The device that took its place. */
  @Column('uuid', { name: 'replaced_by', nullable: true }) replacedBy!: string | null
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

/** The way in which a job of the schedule went last, on whatever worker. */
@Entity('job_result')
export class JobResultEntity {
  @PrimaryColumn('text') job!: string
  @Column('timestamptz', { name: 'ended_at' }) endedAt!: Date
  @Column('integer', { name: 'duration_ms' }) durationMs!: number
  /** The rows that the last run wrote or judged; null where the job does not count, or failed. */
  @Column('bigint', { nullable: true }) rows!: string | null
  /** The end of the last run that succeeded; null where none did. */
  @Column('timestamptz', { name: 'succeeded_at', nullable: true }) succeededAt!: Date | null
  @Column('bigint') runs!: string
  @Column('bigint') failures!: string
  /** The reason why the last run failed; null where it succeeded. */
  @Column('text', { nullable: true }) error!: string | null
}
