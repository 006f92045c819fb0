/** What both parts of the view are given. */
import type { ViewProps } from '../view-props.js'
import type { Inputs } from './kept.js'

export interface PartProps extends ViewProps {
  inputs: Inputs
  onInputs(changed: Partial<Inputs>): void
}
