/** The part of a cell's panel about the plan, loaded when a chosen cell has any. */
import type { Connection } from './connection.js'
import { useLazyModule } from './loaded.js'
import type { CellPlanProps } from './plan/of-cell.js'

export function CellPlanItems({ connection, ...props }: CellPlanProps & { connection: Connection }) {
  const Shown = useLazyModule(connection, props.items.length > 0, () => import('./plan/of-cell.js'))
  return Shown && props.items.length > 0 ? <Shown.CellPlanSection {...props} /> : null
}
