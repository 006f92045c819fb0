import { First1795000000000 } from './1795000000000-first.js'
import { Zones1795300000000 } from './1795300000000-zones.js'

/** In the order in which they are applied. */
export const MIGRATIONS = [First1795000000000, Zones1795300000000]
