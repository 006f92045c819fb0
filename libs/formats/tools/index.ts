export { ImportQuestion, TOOL_FORMATS, type ToolFormat } from './draft.js'
export { readResults } from './read.js'
export {
  type DetectedFormat,
  LOSS_UNITS,
  type LossUnit,
  type ResultRecord,
  type ResultsOptions,
} from './records.js'
export { UNIT_NAMES, type Unit } from './units.js'
