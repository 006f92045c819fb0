/**
 * The colours of the classes: told apart by lightness alone, so they survive print and colour blindness. White is white
 * with a red outline, since it is what people look for; undecided is sand with stripes, and can never be taken for white.
 */
import type { Class } from '#domain'

export interface Paint {
  fill: string
  line: string
  width: number
  striped: boolean
}

export const PAINTS: Record<Class, Paint> = {
  white: { fill: '#ffffff', line: '#c1121f', width: 2, striped: false },
  grey: { fill: '#98a1ac', line: '#6b7480', width: 0.6, striped: false },
  black: { fill: '#20262e', line: '#4b5563', width: 0.6, striped: false },
  unknown: { fill: '#f0dca8', line: '#a98f4e', width: 0.6, striped: true },
}

export const LAND = '#ece8dd'
export const OUTLINE = '#5b5468'
/** What the pointer is over, and what was chosen: neither is the colour of a class. */
export const HOVERED = '#0f766e'
export const CHOSEN = '#d97706'
