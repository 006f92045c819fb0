import type { MigrationInterface, QueryRunner } from 'typeorm'

/** The items of the plan that cover a cell, found by the cell. */
export class PlanCells1796150000000 implements MigrationInterface {
  name = 'PlanCells1796150000000'

  async up(q: QueryRunner): Promise<void> {
    await q.query('CREATE INDEX plan_item_cells ON plan_item USING gin (cells) WHERE ended_at IS NULL')
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX plan_item_cells')
  }
}
