import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The newest edition of a level is looked up once a statement, and not once for each area. */
export class CurrentArea1796700000001 implements MigrationInterface {
  name = 'CurrentArea1796700000001'

  async up(q: QueryRunner): Promise<void> {
    await q.query(
      viewOf(`CASE a.level WHEN 'region' THEN ${newestOf('region')} WHEN 'province' THEN ${newestOf('province')}
      ELSE ${newestOf('commune')} END`),
    )
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(viewOf('(SELECT max(b.vintage) FROM area AS b WHERE b.level = a.level)'))
  }
}

const newestOf = (level: string) => `(SELECT max(vintage) FROM area WHERE level = '${level}')`

const viewOf = (vintage: string) =>
  `CREATE OR REPLACE VIEW current_area AS SELECT a.* FROM area AS a WHERE a.vintage = ${vintage}`
