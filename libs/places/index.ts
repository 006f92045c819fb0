export * from './cells.js'
export * from './facts.js'
export * from './morocco.js'
