/** The part of a cell's panel about the plan, loaded when a chosen cell has any. */
import type { Connection } from './connection.js'
import { useLoaded } from './loaded.js'
import type { OfCellProps } from './plan/of-cell.js'

export function PlanHere({ connection, ...props }: OfCellProps & { connection: Connection }) {
  const Shown = useLoaded(connection, props.items.length > 0, () => import('./plan/of-cell.js'))
  return Shown && props.items.length > 0 ? <Shown.OfCell {...props} /> : null
}
