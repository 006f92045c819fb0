/** Data of the selected item for the panel. */
import type { AreaDetail, Cell } from '../api/schemas.js'
import type { PlaceDetail } from '../places/place.js'

export type Detail = { cell: Cell } | { area: AreaDetail } | PlaceDetail
