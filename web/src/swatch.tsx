import type { Class } from '#domain'
import { PAINTS } from './map/colours.js'

/** The hexagon of a class, as the map draws it. */
export function Swatch({ of }: { of: Class | 'notMeasured' }) {
  const { fill, line, width, striped } =
    of === 'notMeasured' ? { fill: 'none', line: '#8b949e', width: 1, striped: false } : PAINTS[of]
  return (
    <svg class="swatch" viewBox="0 0 20 22" aria-hidden="true">
      <polygon
        points="10,1 19,6 19,16 10,21 1,16 1,6"
        fill={fill}
        stroke={line}
        stroke-width={Math.max(1, width)}
        stroke-dasharray={of === 'notMeasured' ? '2 2' : undefined}
      />
      {striped && <path d="M2 16L14 3M5 18L18 6M10 20L19 11" stroke={line} stroke-width="1.2" />}
    </svg>
  )
}
