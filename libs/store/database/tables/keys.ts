/** Keys with which programs act, and those with which secrets are sealed. */
import { Column, Entity, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm'
import { NOW } from './now.js'

@Entity('api_key')
@Index('api_key_hash', ['keyHash'], { unique: true })
@Index('api_key_name', ['name'], { unique: true })
export class ApiKeyEntity {
  @PrimaryGeneratedColumn('uuid') id!: string
  @Column('text') name!: string
  /** SHA-256 of a key of 256 random bits; nothing slower is needed for a secret that cannot be guessed. */
  @Column('bytea', { name: 'key_hash' }) keyHash!: Buffer
  @Column('text') role!: string
  /** The operator for which a key of the role `operator` acts; null in every other role. */
  @Column('text', { nullable: true }) operator!: string | null
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
  @Column('timestamptz', { name: 'expires_at' }) expiresAt!: Date
  @Column('timestamptz', { name: 'revoked_at', nullable: true }) revokedAt!: Date | null
  @Column('text', { name: 'revoked_by', nullable: true }) revokedBy!: string | null
  /** Newest use, to within five minutes. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true }) lastUsedAt!: Date | null
}

/** A key under which the database has sealed secrets. The key itself is in a file beside the database. */
@Entity('secret_key')
export class SecretKeyEntity {
  @PrimaryColumn('text') id!: string
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
}
