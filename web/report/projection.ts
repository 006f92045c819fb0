/** Converts degrees to millimetres on paper: plate carrée on the area's middle parallel, true enough for one area. */
const KM_PER_DEGREE = 111.2

export interface Frame {
  /** Millimetres. */
  width: number
  height: number
}

export interface Projection {
  /** Millimetres from the frame's left and upper edges. */
  at(lng: number, lat: number): [x: number, y: number]
  /** Millimetres of a kilometre. */
  mmPerKm: number
}

/** Fits a box (west, south, east, north) into the middle of a frame. `margin` in mm. */
export function projectionOf(
  [west, south, east, north]: readonly [number, number, number, number],
  { width, height }: Frame,
  margin: number,
): Projection {
  const [lng0, lat0] = [(west + east) / 2, (south + north) / 2]
  const kmPerLng = Math.cos((lat0 * Math.PI) / 180) * KM_PER_DEGREE
  const mmPerKm = Math.min(
    (width - 2 * margin) / ((east - west) * kmPerLng),
    (height - 2 * margin) / ((north - south) * KM_PER_DEGREE),
  )
  return {
    mmPerKm,
    at: (lng, lat) => [
      width / 2 + (lng - lng0) * kmPerLng * mmPerKm,
      height / 2 - (lat - lat0) * KM_PER_DEGREE * mmPerKm,
    ],
  }
}

/** The longest of 1, 2, 5, 10, 20 … km that is at most so many mm long on paper. */
export function scaleBarKm(mmPerKm: number, longestMm: number): number {
  const maxKm = longestMm / mmPerKm
  const powerOfTen = 10 ** Math.floor(Math.log10(maxKm))
  return powerOfTen * ([5, 2].find((step) => step * powerOfTen <= maxKm) ?? 1)
}

export interface Label {
  x: number
  y: number
  text: string
}

/** Half the width of a mark between the labels. */
const MARK_HALF_MM = 2

/** The labels that overlap no mark and no label before them, and stay in the frame. `size` of the letters in mm. */
export function nonOverlapping<T extends Label>(
  labels: readonly T[],
  { width, height }: Frame,
  size: number,
  marks: readonly { x: number; y: number }[],
): T[] {
  const taken = marks.map(({ x, y }) => ({ x, y, half: MARK_HALF_MM, high: MARK_HALF_MM }))
  return labels.filter(({ x, y: base, text }) => {
    const half = (text.length * size * 0.56) / 2 + 0.6
    const [y, high] = [base - size * 0.35, size * 0.55]
    if (x < half || x > width - half || y < size || y > height - size) return false
    const isFree = taken.every(
      (b) => Math.abs(b.x - x) >= b.half + half || Math.abs(b.y - y) >= b.high + high,
    )
    if (isFree) taken.push({ x, y, half, high })
    return isFree
  })
}
