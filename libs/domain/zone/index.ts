export * from './connected.js'
export * from './zone.js'
