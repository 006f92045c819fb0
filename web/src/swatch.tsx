import type { Class } from '#domain'
import { PAINTS, type Paint } from './map/colours.js'

const NOT_MEASURED: Paint = { fill: 'none', line: '#8b949e', width: 1, striped: false }

/** The hexagon of a class, as the map draws it. */
export const Swatch = ({ of }: { of: Class | 'notMeasured' }) =>
  of === 'notMeasured' ? <Hexagon paint={NOT_MEASURED} isDashed /> : <Hexagon paint={PAINTS[of]} />

/** A cell painted so. */
export function Hexagon({ paint, isDashed }: { paint: Paint; isDashed?: boolean }) {
  const { fill, line, width, striped } = paint
  return (
    <svg class="swatch" viewBox="0 0 20 22" aria-hidden="true">
      <polygon
        points="10,1 19,6 19,16 10,21 1,16 1,6"
        fill={fill}
        stroke={line}
        stroke-width={Math.max(1, width)}
        stroke-dasharray={isDashed ? '2 2' : undefined}
      />
      {striped && <path d="M2 16L14 3M5 18L18 6M10 20L19 11" stroke={line} stroke-width="1.2" />}
    </svg>
  )
}
