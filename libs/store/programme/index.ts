export * from './board.js'
export * from './lines.js'
export * from './settings.js'
export * from './sites.js'
