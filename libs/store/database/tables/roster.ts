/** The roster of operators. */
import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm'

/**
 * One statement of the roster, see RosterEntry of the domain; known from `received_at` until `withdrawn_at`. A row is
 * written once and withdrawn once: an end replaces it by a row with a last day.
 */
@Entity('roster_entry')
export class RosterEntryEntity {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' }) id!: string
  @Column('text') operator!: string
  @Column('text', { array: true }) technologies!: string[]
  /** HCP codes of regions; null for the whole country. */
  @Column('text', { name: 'region_codes', array: true, nullable: true }) regionCodes!: string[] | null
  @Column('date', { name: 'from_day', nullable: true }) fromDay!: string | null
  @Column('date', { name: 'to_day', nullable: true }) toDay!: string | null
  @Column('text') source!: string
  @Column('boolean', { name: 'is_assumption' }) isAssumption!: boolean
  @Column('text') author!: string
  @Column('text', { nullable: true }) comment!: string | null
  @Column('timestamptz', { name: 'received_at', default: () => 'clock_timestamp()' }) receivedAt!: Date
  @Column('timestamptz', { name: 'withdrawn_at', nullable: true }) withdrawnAt!: Date | null
  @Column('text', { name: 'withdrawn_by', nullable: true }) withdrawnBy!: string | null
  @Column('text', { name: 'withdrawal_comment', nullable: true }) withdrawalComment!: string | null
}
