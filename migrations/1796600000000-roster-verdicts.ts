import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Verdicts that know which operators nobody tried: how many can serve, who is untried, and what is known without a class. */
export class RosterVerdicts1796600000000 implements MigrationInterface {
  name = 'RosterVerdicts1796600000000'

  async up(q: QueryRunner): Promise<void> {
    for (const statement of UP) await q.query(statement)
  }

  async down(q: QueryRunner): Promise<void> {
    for (const statement of DOWN) await q.query(statement)
  }
}

const COUNTED = ['run', 'area_count', 'rollup']

const UP = [
  // Verdicts of rules without a roster have no bounds.
  `ALTER TABLE verdict ADD COLUMN lower_bound smallint, ADD COLUMN upper_bound smallint,
     ADD COLUMN untried text[] NOT NULL DEFAULT '{}', ADD COLUMN partial text`,
  // The undecided cells of which something is known are counted wherever the undecided ones are.
  ...COUNTED.map(
    (table) =>
      `ALTER TABLE ${table} ADD COLUMN served integer NOT NULL DEFAULT 0, ADD COLUMN none_tried integer NOT NULL DEFAULT 0`,
  ),
  // Who may serve where, as the run knew it: to see what changed since, and to give reasons as the run had them.
  `ALTER TABLE run ADD COLUMN roster jsonb`,
  // Rules that were stored before judge as they did: by the operators that were measured.
  `UPDATE rule SET definition = definition || '{"roster": null}' WHERE NOT definition ? 'roster'`,
]

const DOWN = [
  `UPDATE rule SET definition = definition - 'roster' WHERE definition->'roster' = 'null'`,
  `ALTER TABLE run DROP COLUMN roster`,
  ...COUNTED.map((table) => `ALTER TABLE ${table} DROP COLUMN served, DROP COLUMN none_tried`),
  `ALTER TABLE verdict DROP COLUMN lower_bound, DROP COLUMN upper_bound, DROP COLUMN untried, DROP COLUMN partial`,
]
