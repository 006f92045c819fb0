/**
 * The colours of the classes differ in lightness, so that they can be told apart in print and by the colour-blind.
 * White has a red outline, because white cells are what people look for; undecided is sand with stripes, so that it is
 * not mistaken for white.
 */
import type { PlanState } from '#domain/plan'
import type { Class, PartialKnowledge } from '#domain/verdict'

export interface Paint {
  fill: string
  line: string
  width: number
  striped: boolean
  /** Direction of the stripes, where they do not rise from left to right. */
  hatch?: 'falling' | 'level'
}

export const CLASS_PAINTS: Record<Class, Paint> = {
  white: { fill: '#ffffff', line: '#c1121f', width: 2, striped: false },
  grey: { fill: '#98a1ac', line: '#6b7480', width: 0.6, striped: false },
  black: { fill: '#20262e', line: '#4b5563', width: 0.6, striped: false },
  unknown: { fill: '#f0dca8', line: '#a98f4e', width: 0.6, striped: true },
}

/**
 * Paints of undecided cells of which something is known. Each has stripes of its own direction: falling over the colour of
 * grey where operators serve, level over that of white, with its red, where none of those tried does.
 */
export const PARTIAL_PAINTS: Record<PartialKnowledge, Paint> = {
  served: { fill: '#c9d3de', line: '#55606e', width: 0.8, striped: true, hatch: 'falling' },
  none_tried: { fill: '#fff6f4', line: '#d2555f', width: 1.2, striped: true, hatch: 'level' },
}

/** Paints of a network's reach: dark if it is present, outlined if it was looked for and is missing. */
export const REACH_PAINTS = {
  present: { fill: '#00507d', line: '#003a5c', width: 0.6, striped: false },
  // The fill is also darker than that of undecided: with stripes alone the two would look alike in grey.
  declared: { fill: '#8fc3e6', line: '#00507d', width: 0.8, striped: true },
  missing: { fill: '#ffffff', line: '#c1121f', width: 2, striped: false },
  undecided: CLASS_PAINTS.unknown,
} as const satisfies Record<string, Paint>

/** Paints for the share of a cell that its operators declare; more is darker. */
export const DECLARED_PAINTS = {
  most: { fill: '#7b1e57', line: '#4a0f33', width: 0.6, striped: false },
  half: { fill: '#bd699b', line: '#7b1e57', width: 0.6, striped: false },
  few: { fill: '#efcfe1', line: '#a04d7f', width: 0.8, striped: false },
  slower: { fill: '#fdf4f9', line: '#7b1e57', width: 0.8, striped: true },
} as const satisfies Record<string, Paint>

/** Paints of the difference between two runs; better is darker, so that it can be read in grey. */
export const DIRECTION_PAINTS = {
  better: { fill: '#00614a', line: '#003d2f', width: 0.8, striped: false },
  worse: { fill: '#ffd9c2', line: '#b23a00', width: 2, striped: true },
  other: { fill: '#d9d5e8', line: '#8d84ad', width: 0.6, striped: false },
} as const satisfies Record<string, Paint>

/** Paints of contradictions between an operator's declaration and the measurements. */
export const CONTRADICTION_PAINTS = {
  declared_refuted: { fill: '#ffd9c2', line: '#b23a00', width: 2, striped: true },
  present_undeclared: { fill: '#56b4e9', line: '#00507d', width: 1, striped: false },
  late_plan: { fill: '#f6d04d', line: '#7a5b00', width: 1.6, striped: false },
} as const satisfies Record<string, Paint>

/** Plan items are hollow until they are in service, dark if measurements confirm them, red if they contradict them. */
export const PLAN_PAINTS: Record<PlanState, Paint & { sign: string }> = {
  planned: { fill: '#ffffff', line: '#5b5468', width: 1, striped: false, sign: '#5b5468' },
  awarded: { fill: '#e4e1ec', line: '#5b5468', width: 1, striped: false, sign: '#453f52' },
  works: { fill: '#b9b3c9', line: '#5b5468', width: 1, striped: false, sign: '#20262e' },
  late: { fill: '#f6d04d', line: '#7a5b00', width: 1.6, striped: false, sign: '#4a3600' },
  in_service: { fill: '#56b4e9', line: '#00507d', width: 1, striped: false, sign: '#002f4a' },
  verified: { fill: '#00614a', line: '#ffffff', width: 1, striped: false, sign: '#ffffff' },
  contradicted: { fill: '#ffffff', line: '#c1121f', width: 2.4, striped: false, sign: '#c1121f' },
}

export const SIGN_BOX = 16
/**
 * SVG paths that tell the states apart in grey: a line per step, an exclamation mark, a question mark, a tick, a cross.
 */
export const PLAN_SIGNS: Record<PlanState, string> = {
  planned: '',
  awarded: 'M5.5 8H10.5',
  works: 'M5.5 6.8H10.5M5.5 9.4H10.5',
  late: 'M8 4.3V8.6M8 11V11.2',
  in_service: 'M6.2 6.4C6.2 4 9.8 4 9.8 6.4C9.8 7.8 8 7.7 8 9.2M8 11.4V11.6',
  verified: 'M5 8.2L7.2 10.3L11 5.9',
  contradicted: 'M5.8 5.8L10.2 10.2M10.2 5.8L5.8 10.2',
}

export const LAND = '#ece8dd'
export const OUTLINE = '#5b5468'
/** Colours of the hovered and the selected item; no class has either of them. */
export const HOVER_COLOUR = '#0f766e'
export const SELECTION_COLOUR = '#d97706'
