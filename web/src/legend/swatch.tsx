/** Small pictures of the map's symbols, for legends and texts. */
import type { PlanState } from '#domain/plan'
import type { Class, PartialKnowledge } from '#domain/verdict'
import {
  CLASS_PAINTS,
  PARTIAL_PAINTS,
  PLAN_PAINTS,
  PLAN_SIGNS,
  type Paint,
  SIGN_BOX,
} from '../map/paint/colours.js'
import type { Overlay } from '../map/overlay-names.js'

const NOT_MEASURED: Paint = { fill: 'none', line: '#8b949e', width: 1, striped: false }

/** The hexagon of a class, or of a part of the undecided cells, as the map draws it. */
export const Swatch = ({ of }: { of: Class | PartialKnowledge | 'notMeasured' }) =>
  of === 'notMeasured' ? (
    <Hexagon paint={NOT_MEASURED} isDashed />
  ) : (
    <Hexagon paint={{ ...CLASS_PAINTS, ...PARTIAL_PAINTS }[of]} />
  )

/** Stripes of a swatch by their direction. */
const STRIPES = {
  rising: 'M2 16L14 3M5 18L18 6M10 20L19 11',
  falling: 'M18 16L6 3M15 18L2 6M10 20L1 11',
  level: 'M2 7.5H18M1 11.5H19M2 15.5H18',
} as const

/** A cell in any paint. */
export function Hexagon({ paint, isDashed }: { paint: Paint; isDashed?: boolean }) {
  const { fill, line, width, striped, hatch = 'rising' } = paint
  return (
    <svg class="swatch" viewBox="0 0 20 22" aria-hidden="true">
      <polygon
        points="10,1 19,6 19,16 10,21 1,16 1,6"
        fill={fill}
        stroke={line}
        stroke-width={Math.max(1, width)}
        stroke-dasharray={isDashed ? '2 2' : undefined}
      />
      {striped && <path d={STRIPES[hatch]} stroke={line} stroke-width="1.2" />}
    </svg>
  )
}

/** The diamond of a plan item, with the sign of its state. */
export function PlanSign({ of }: { of: PlanState }) {
  const { fill, line, sign } = PLAN_PAINTS[of]
  return (
    <svg class="plan-sign" viewBox={`0 0 ${SIGN_BOX} ${SIGN_BOX}`} aria-hidden="true">
      <path d="M8 1l7 7-7 7-7-7z" fill={fill} stroke={of === 'verified' ? fill : line} stroke-width="1.4" />
      <path d={PLAN_SIGNS[of]} fill="none" stroke={sign} stroke-width="1.5" stroke-linecap="round" />
    </svg>
  )
}

/** The symbol of an overlay on the map. */
export function OverlaySign({ of }: { of: Overlay }) {
  return (
    <svg class="sign" viewBox="0 0 16 16" aria-hidden="true">
      {of === 'zones' && <path d="M3 3h7l3 5-4 5H4L2 8z" fill="none" stroke="#c1121f" stroke-width="2.4" />}
      {of === 'localities' && (
        <circle cx="8" cy="8" r="4.5" fill="#fff" stroke="#c1121f" stroke-width="1.8" />
      )}
      {of === 'plan' && <path d="M8 2l6 6-6 6-6-6z" fill="#00614a" stroke="#fff" />}
      {of === 'sites' && <rect x="4" y="4" width="8" height="8" fill="#7c3aed" stroke="#fff" />}
    </svg>
  )
}
