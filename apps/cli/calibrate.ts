/** The command `calibrate`: fits the priors of rules that judge by the roster. */
import type { Rule } from '#domain/rule'
import { type CalibrationRefusal, calibrate } from '#store/presence'
import type { DataSource } from 'typeorm'
import { CommandError, type Output } from './output.js'

const REASONS: Readonly<Record<CalibrationRefusal, string>> = {
  no_roster: 'it judges without a roster of operators, or nobody has written one',
  no_run: 'it has no run for now: classify first',
  few_cells: 'too few cells are measured; its priors stay those that are shipped',
}

/** `requested` is the rule that the caller named; without one all rules are calibrated that can be. */
export async function runCalibrate(
  source: DataSource,
  rules: readonly Rule[],
  { requested, author, output }: { requested: string | undefined; author: string; output: Output },
): Promise<boolean> {
  const done = []
  const lines: string[] = []
  for (const rule of rules) {
    output.progress(`calibrating ${rule.id} …`)
    const result = await calibrate(source, rule, author)
    if (typeof result !== 'string') {
      done.push(result)
      lines.push(
        `model ${result.model}, ${rule.id}: ${result.cells} cells of run ${result.run}, log loss ${result.logLoss.toFixed(3)}`,
      )
    } else if (requested) throw new CommandError(`${rule.id} cannot be calibrated: ${REASONS[result]}`)
    else lines.push(`${rule.id}: not calibrated: ${REASONS[result]}`)
  }
  output.result(lines, requested ? done[0] : { items: done })
  return true
}
