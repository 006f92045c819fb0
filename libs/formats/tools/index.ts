export { ImportQuestion, TOOL_FORMATS, type ToolFormat } from './draft.js'
export { type DetectedFormat, type ResultsOptions, readResults } from './read.js'
export { UNIT_NAMES, type Unit } from './table.js'
