/** Beyond the zoom that the server serves, a tile on the screen shows a part of a tile of data, drawn anew and sharp. */

export interface TileAddress {
  x: number
  y: number
  z: number
}

export interface TilePart {
  /** The tile of data. */
  address: TileAddress
  /** Into how many parts each side of it is cut. */
  partsPerSide: number
  /** Which of the parts, counted from the north-west. */
  column: number
  row: number
}

/** Units of a side of the server's tiles. */
export const EXTENT = 4096
export const DATA_MIN_ZOOM = 4
export const DATA_MAX_ZOOM = 12

export function partOf({ x, y, z }: TileAddress): TilePart {
  const beyond = Math.max(0, z - DATA_MAX_ZOOM)
  const partsPerSide = 2 ** beyond
  const address = { x: Math.floor(x / partsPerSide), y: Math.floor(y / partsPerSide), z: z - beyond }
  return {
    address,
    partsPerSide,
    column: x - address.x * partsPerSide,
    row: y - address.y * partsPerSide,
  }
}
