export * from './cell.js'
export * from './mvt.js'
export * from './tile.js'
export * from './zones.js'
