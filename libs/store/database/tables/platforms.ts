/** Platforms, and which of them the lines of sites carry. */
import { Column, Entity, PrimaryColumn } from 'typeorm'

/** One version of something that administrators write as a whole, such as the catalogue of platforms. Rows are never changed. */
@Entity('versioned_document')
export class VersionedDocumentEntity {
  /** platforms | programme */
  @PrimaryColumn('text') kind!: string
  @PrimaryColumn('integer') version!: number
  @Column('jsonb') definition!: object
  @Column('text') author!: string
  @Column('text', { nullable: true }) comment!: string | null
  @Column('timestamptz', { name: 'created_at', default: () => 'clock_timestamp()' }) createdAt!: Date
}

/** The platforms that the lines of one site carry, computed from its probes; a platform in no list is unknown. */
@Entity('site_platforms')
export class SitePlatformsEntity {
  @PrimaryColumn('text', { name: 'site_code' }) siteCode!: string
  @Column('integer', { name: 'catalogue_version' }) catalogueVersion!: number
  /** Figures of the lines, see LineFigures of the domain. */
  @Column('jsonb') lines!: object[]
  /** Ids of platforms. */
  @Column('text', { array: true }) carries!: string[]
  @Column('text', { name: 'off_peak', array: true }) offPeak!: string[]
  @Column('text', { array: true }) fails!: string[]
  @Column('timestamptz', { name: 'computed_at' }) computedAt!: Date
  /** The newest measurement of the site's devices when it was computed. */
  @Column('timestamptz', { name: 'devices_measured_at', nullable: true }) devicesMeasuredAt!: Date | null
}
