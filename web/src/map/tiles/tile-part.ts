/** Beyond the zoom that the server serves, a tile on screen is a part of a tile of data, drawn sharp. */

export interface TileAddress {
  x: number
  y: number
  z: number
}

export interface TilePart {
  /** The tile to ask for. */
  address: TileAddress
  /** How many parts stand side by side in it. */
  partsPerSide: number
  /** Which of them, from the north-west. */
  column: number
  row: number
}

/** As the server's tiles are. */
export const EXTENT = 4096
export const DATA_MIN_ZOOM = 4
export const DATA_MAX_ZOOM = 12

export function partOf({ x, y, z }: TileAddress): TilePart {
  const beyond = Math.max(0, z - DATA_MAX_ZOOM)
  const across = 2 ** beyond
  const address = { x: Math.floor(x / across), y: Math.floor(y / across), z: z - beyond }
  return { address, partsPerSide: across, column: x - address.x * across, row: y - address.y * across }
}
