/** Props that both parts of the view share. */
import type { ViewProps } from '../app/view-props.js'
import type { PriorityInputs } from './inputs.js'

export interface PartProps extends ViewProps {
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}
