/** Areas, localities, sites, and the areas that contain a cell. */
import { Column, Entity, Index, PrimaryColumn } from 'typeorm'
import { NOW } from './now.js'

@Entity('area')
@Index('area_level', ['level', 'vintage'])
@Index('area_geom', ['geom'], { spatial: true })
export class AreaEntity {
  @PrimaryColumn('text') code!: string
  /** Year of the code's and boundary's edition; 0 marks simulated areas, which any real edition replaces on the map. */
  @PrimaryColumn('smallint') vintage!: number
  @Column('text') level!: string
  @Column('text', { nullable: true }) type!: string | null
  @Column('text', { name: 'parent_code', nullable: true }) parentCode!: string | null
  @Column('text', { name: 'name_fr' }) nameFr!: string
  @Column('text', { name: 'name_ar' }) nameAr!: string
  /** Both names, folded for search. */
  @Column('text', { name: 'search_name' }) searchName!: string
  @Column('integer', { nullable: true }) population!: number | null
  /** Number of res-8 cells whose centre lies in the area. */
  @Column('integer', { name: 'cell_count' }) cellCount!: number
  @Column('text') source!: string
  @Column('geometry', { spatialFeatureType: 'MultiPolygon', srid: 4326 }) geom!: object
}

@Entity('locality')
@Index('locality_cell', ['cell'])
export class LocalityEntity {
  @PrimaryColumn('text') id!: string
  @Column('text', { name: 'name_fr' }) nameFr!: string
  @Column('text', { name: 'name_ar', nullable: true }) nameAr!: string | null
  @Column('text', { name: 'search_name' }) searchName!: string
  @Column('text') kind!: string
  @Column('integer', { nullable: true }) population!: number | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  @Column('bigint') cell!: string
}

@Entity('site')
@Index('site_simulated', ['code'], { where: 'simulated' })
@Index('site_cell', ['cell'])
@Index('site_name', ['name', 'code'])
export class SiteEntity {
  @PrimaryColumn('text') code!: string
  @Column('text') name!: string
  @Column('text', { name: 'name_ar', nullable: true }) nameAr!: string | null
  @Column('text') type!: string
  @Column('text', { name: 'commune_code' }) communeCode!: string
  @Column('double precision') lat!: number
  @Column('double precision') lng!: number
  @Column('bigint') cell!: string
  @Column('text', { nullable: true }) operator!: string | null
  @Column('text', { nullable: true }) technology!: string | null
  @Column('bigint', { name: 'contracted_down_bps', nullable: true }) contractedDownBps!: string | null
  @Column('bigint', { name: 'contracted_up_bps', nullable: true }) contractedUpBps!: string | null
  @Column('boolean', { default: false }) simulated!: boolean
  @Column('timestamptz', { name: 'created_at', default: NOW }) createdAt!: Date
  @Column('text', { name: 'created_by' }) createdBy!: string
}

/** The areas that contain a res-8 cell's centre, for cells with any measurement. */
@Entity('cell_place')
@Index('cell_place_moved', ['movedAt'], { where: 'moved_at IS NOT NULL' })
export class CellPlaceEntity {
  @PrimaryColumn('bigint') cell!: string
  @Column('text', { name: 'region_code', nullable: true }) regionCode!: string | null
  @Column('text', { name: 'province_code', nullable: true }) provinceCode!: string | null
  @Column('text', { name: 'commune_code', nullable: true }) communeCode!: string | null
  /** Time at which new boundaries last moved the cell into another area; null if it was never moved. */
  @Column('timestamptz', { name: 'moved_at', nullable: true }) movedAt!: Date | null
}
