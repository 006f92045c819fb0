/** Beyond the server's largest zoom, a tile on the screen shows a part of a data tile, drawn sharp at its own scale. */

export interface TileAddress {
  x: number
  y: number
  z: number
}

export interface TilePart {
  /** Address of the data tile. */
  address: TileAddress
  /** Number of parts along each side of the data tile. */
  partsPerSide: number
  /** Position of the part, counted from the north-west. */
  column: number
  row: number
}

/** Tile units along a side of the server's tiles. */
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
