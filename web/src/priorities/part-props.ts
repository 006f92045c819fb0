/** What both parts of the view are given. */
import type { ViewProps } from '../view-props.js'
import type { PriorityInputs } from './kept.js'

export interface PartProps extends ViewProps {
  inputs: PriorityInputs
  onInputs(changed: Partial<PriorityInputs>): void
}
