/** Lines of sites as people report them. */
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** The version that stands, see LineRecord of the domain. */
@Entity('site_line')
export class SiteLineEntity {
  @PrimaryColumn('text', { name: 'site_code' }) siteCode!: string
  /** main | spare */
  @PrimaryColumn('text') role!: string
  @Column('integer') version!: number
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  /** Reference of the contract. */
  @Column('text', { nullable: true }) contract!: string | null
  @Column('date', { name: 'surveyed_on', nullable: true }) surveyedOn!: string | null
  @Column('date', { name: 'contracted_on', nullable: true }) contractedOn!: string | null
  @Column('date', { name: 'installed_on', nullable: true }) installedOn!: string | null
}

/** One version of a line. Rows are never changed. */
@Entity('site_line_version')
export class SiteLineVersionEntity {
  @PrimaryColumn('text', { name: 'site_code' }) siteCode!: string
  @PrimaryColumn('text') role!: string
  @PrimaryColumn('integer') version!: number
  /** The line as a whole. */
  @Column('jsonb') record!: object
  @Column('text') author!: string
  @Column('text', { nullable: true }) comment!: string | null
  @Column('timestamptz', { default: () => 'clock_timestamp()' }) at!: Date
}
