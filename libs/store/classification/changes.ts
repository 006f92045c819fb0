/** Finds the rows of verdicts and evidence that a run writes: only what differs from the run before. */
import type { Rule } from '#domain/rule'
import { type Sql, param, raw, sql } from '../database/sql.js'
import { OPERATORS_OF_LINE } from '../runs/rollup-sql.js'
import { reachRankSql } from '../verdicts/network-rollup.js'
import { EVIDENCE_FIGURES, NETWORK_KEY } from './networks.js'
import { type JudgementScope, cellCondition } from './scope.js'
import { type Stage, columnList } from './stage.js'

export interface RunOfSeries {
  id: number
  series: number
}

/** A table whose rows are valid for runs from `first_run` until before `next_run` (null: still) of a series. */
interface VersionedTable {
  name: 'evidence' | 'verdict'
  /** Besides the series. */
  key: readonly string[]
  /** All others; a row is replaced when one of them differs. */
  columns: readonly string[]
}

const EVIDENCE: VersionedTable = {
  name: 'evidence',
  key: NETWORK_KEY,
  columns: [...EVIDENCE_FIGURES, 'last_measured_at', 'declared_bps', 'planned_by', 'state'],
}

const VERDICT: VersionedTable = {
  name: 'verdict',
  key: ['cell'],
  columns: ['class', 'confidence', 'ladder'],
}

/** Under a rule that judges by the roster a verdict has bounds too; else these columns have their defaults. */
const ROSTER_VERDICT: VersionedTable = {
  ...VERDICT,
  columns: [...VERDICT.columns, 'lower_bound', 'upper_bound', 'untried', 'partial'],
}

/**
 * Stages that write. Inputs: `network_state`, `incoming_verdict`, and the tables `evidence` and `verdict` as the
 * run before left them (of the judged cells only). For either table: `current_…` are its valid rows, `closed_…`
 * those that end with this run, `opened_…` those that begin with it.
 */
export function changeStages(scope: JudgementScope, run: RunOfSeries): Stage[] {
  const series = param(run.series, 'integer')
  const id = param(run.id, 'integer')
  const verdict = scope.rule.roster ? ROSTER_VERDICT : VERDICT
  const returnedVerdict = sql`RETURNING v.cell, v.class, v.confidence${raw(scope.rule.roster ? `, ${OPERATORS_OF_LINE} AS operators, v.partial` : '')}`
  const rank = (alias: string): Sql =>
    sql`RETURNING ${columnList(NETWORK_KEY, alias)}, ${raw(reachRankSql(`${alias}.state`))} AS rank`
  return [
    { name: 'incoming_evidence', query: raw('SELECT * FROM network_state') },
    currentStage(EVIDENCE, scope, series),
    currentStage(verdict, scope, series),
    closedStage(EVIDENCE, id, rank('v')),
    openedStage(EVIDENCE, series, id, rank('v')),
    changedNetworkStage,
    closedStage(verdict, id, returnedVerdict),
    openedStage(verdict, series, id, returnedVerdict),
  ]
}

/** The statement that the stages lead to: one row of the temporary table `changed` per cell whose verdict differs. */
export const writeChangedCells = ({ roster }: Rule): Sql =>
  raw(`
  INSERT INTO changed SELECT cell, c.class, c.confidence, o.class, o.confidence${roster ? ', c.operators, o.operators, c.partial, o.partial' : ''}
  FROM closed_verdict AS c FULL JOIN opened_verdict AS o USING (cell)`)

/** Into the temporary table `changed_network`: networks whose reach differs, with its rank before and after. */
const changedNetworkStage: Stage = {
  name: 'changed_reach',
  query: sql`
    INSERT INTO changed_network SELECT ${columnList(NETWORK_KEY)}, c.rank, o.rank
    FROM closed_evidence AS c FULL JOIN opened_evidence AS o USING (${columnList(NETWORK_KEY)})
    WHERE c.rank IS DISTINCT FROM o.rank`,
}

function currentStage({ name }: VersionedTable, scope: JudgementScope, series: Sql): Stage {
  return {
    name: `current_${name}`,
    isMaterialized: true,
    query: sql`
    SELECT * FROM ${raw(name)} WHERE series = ${series} AND next_run IS NULL ${cellCondition(scope)}`,
  }
}

const differs = ({ columns }: VersionedTable): Sql =>
  sql`(${columnList(columns, 'i')})
        IS DISTINCT FROM (${columnList(columns, 'c')})`

function closedStage(table: VersionedTable, run: Sql, returning: Sql): Stage {
  const { name, key } = table
  return {
    name: `closed_${name}`,
    query: sql`
    UPDATE ${raw(name)} AS v SET next_run = ${run}
    FROM ${raw(`current_${name}`)} AS c LEFT JOIN ${raw(`incoming_${name}`)} AS i USING (${columnList(key)})
    WHERE v.series = c.series AND (${columnList(key, 'v')}) = (${columnList(key, 'c')})
      AND v.first_run = c.first_run AND (i.cell IS NULL OR ${differs(table)})
    ${returning}`,
  }
}

function openedStage(table: VersionedTable, series: Sql, run: Sql, returning: Sql): Stage {
  const { name, key, columns } = table
  return {
    name: `opened_${name}`,
    query: sql`
    INSERT INTO ${raw(name)} AS v (series, ${columnList(key)}, first_run, ${columnList(columns)})
    SELECT ${series}, ${columnList(key, 'i')}, ${run}, ${columnList(columns, 'i')}
    FROM ${raw(`incoming_${name}`)} AS i LEFT JOIN ${raw(`current_${name}`)} AS c USING (${columnList(key)})
    WHERE c.cell IS NULL OR ${differs(table)}
    ${returning}`,
  }
}
