/** The finished statements of the classification, laid out for a review: one file for each shipped rule. */
import { planRuleOf } from '#domain/plan'
import { SHIPPED_RULES } from '#domain/rule'
import { SHIPPED_PRESENCE_COEFFICIENTS } from '#domain/verdict'
import { expect, test } from 'vitest'
import {
  judgeStatement,
  measureStatement,
  planEvidenceStatement,
} from '../../../libs/store/classification/pipeline.js'
import { rosterScope } from '../../../libs/store/classification/roster-scope.js'
import { formatSql } from './format.js'

const WINDOW = {
  from: new Date('2026-01-01T00:00:00Z'),
  to: new Date('2026-04-01T00:00:00Z'),
  knownBefore: new Date('2026-04-02T00:00:00Z'),
}
const RUN = { id: 9, series: 7 }

/** The statement, and below it the values that are bound to it. */
function reviewed({ sql, parameters }: { sql: string; parameters: unknown[] }): string {
  const bound = parameters.map((value, i) => `-- $${i + 1} = ${JSON.stringify(value)}`)
  return `${formatSql(sql)}\n${bound.join('\n')}\n`
}

const PASS = { rules: SHIPPED_RULES, window: WINDOW, table: 'network_figures_of_pass' }

test('the pass over the probes for all shipped rules', async () => {
  await expect(reviewed(measureStatement({ ...PASS, cells: null }))).toMatchFileSnapshot('measure.sql')
})

/** Rules as they were before there was a roster. */
const WITHOUT_ROSTER = SHIPPED_RULES.map((rule) => ({
  ...rule,
  classConfidence: 0.84,
  keepClassConfidence: 0.7,
  roster: null,
}))

test.each(WITHOUT_ROSTER)('the statement of $id without a roster', async (rule) => {
  const pass = { ...PASS, rules: WITHOUT_ROSTER }
  const statement = judgeStatement({ ...pass, rule, run: RUN, cells: null, roster: null })
  await expect(reviewed(statement)).toMatchFileSnapshot(`judge-${rule.id}.sql`)
})

test.each([
  ['roster', 2, null],
  ['roster-changed-cells', 2, ['1', '2']],
  ['roster-of-three', 3, null],
])('the statement by the %s', async (name, blackFrom, cells) => {
  const rule = { ...SHIPPED_RULES[0]!, blackFrom, roster: { falseFailure: 0.03, falsePass: 0.01 } }
  const services = [{ region: '04', operator: 'iam', technologies: ['4g' as const], declaredGroups: [] }]
  const roster = rosterScope(rule, rule.roster, { model: 5, services }, SHIPPED_PRESENCE_COEFFICIENTS)
  const statement = judgeStatement({ ...PASS, rules: [rule], rule, run: RUN, cells, roster })
  await expect(reviewed(statement)).toMatchFileSnapshot(`judge-by-${name}.sql`)
})

test('the statements of the cells in which something changed, by one rule', async () => {
  const [rule] = WITHOUT_ROSTER
  const pass = { ...PASS, rules: [rule!], cells: ['1', '2'] }
  await expect(reviewed(measureStatement(pass))).toMatchFileSnapshot('measure-changed-cells.sql')
  const statement = judgeStatement({ ...pass, rule: rule!, run: RUN, roster: null })
  await expect(reviewed(statement)).toMatchFileSnapshot('judge-changed-cells.sql')
})

test('the statement of the evidence of items of the plan', async () => {
  const rule = planRuleOf(SHIPPED_RULES[0]!, 100_000_000, ['fibre'])
  const statement = planEvidenceStatement({ rule, window: WINDOW, codes: ['A-1', 'A-2'] })
  await expect(reviewed(statement)).toMatchFileSnapshot('plan-evidence.sql')
})
