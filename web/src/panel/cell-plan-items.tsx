/** The part of a cell's panel about the plan, loaded when a chosen cell has any. */
import type { Connection } from '../api/connection.js'
import { useLazyModule } from '../api/lazy-module.js'
import type { CellPlanProps } from '../plan/cell-plan.js'

export function CellPlanItems({ connection, ...props }: CellPlanProps & { connection: Connection }) {
  const Shown = useLazyModule(connection, props.items.length > 0, () => import('../plan/cell-plan.js'))
  return Shown && props.items.length > 0 ? <Shown.CellPlanSection {...props} /> : null
}
