import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Zones and what happens to them. No zone is made here: a series without zones gets all of them in its next run. */
export class Zones1795300000000 implements MigrationInterface {
  name = 'Zones1795300000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const UP = [
  `CREATE TABLE zone (
    series integer, id text, first_run integer, next_run integer, class text NOT NULL,
    commune_code text, province_code text, region_code text, cell_count integer NOT NULL, cells bigint[] NOT NULL,
    geom geometry(MultiPolygon, 4326) NOT NULL,
    PRIMARY KEY (series, id, first_run))`,
  // A run compares its areas' zones with those that stand there.
  `CREATE INDEX zone_standing ON zone ((coalesce(commune_code, province_code, region_code, '')), series)
    WHERE next_run IS NULL`,
  `CREATE INDEX zone_geom ON zone USING gist (geom)`,
  `CREATE TABLE zone_event (
    series integer, zone_id text, run_id integer, kind text NOT NULL,
    cells_before integer NOT NULL, cells_after integer NOT NULL, other_zone text, became jsonb,
    PRIMARY KEY (series, zone_id, run_id))`,
  `CREATE INDEX zone_event_other ON zone_event (series, other_zone) WHERE other_zone IS NOT NULL`,
  // The cells of one area, and when new boundaries moved a cell to another area.
  `CREATE INDEX cell_place_area ON cell_place ((coalesce(commune_code, province_code, region_code, '')))`,
  `ALTER TABLE cell_place ADD COLUMN moved_at timestamptz`,
  `CREATE INDEX cell_place_moved ON cell_place (moved_at) WHERE moved_at IS NOT NULL`,
]

const DOWN = [
  `DROP INDEX cell_place_moved`,
  `ALTER TABLE cell_place DROP COLUMN moved_at`,
  `DROP INDEX cell_place_area`,
  `DROP TABLE zone_event`,
  `DROP TABLE zone`,
]
