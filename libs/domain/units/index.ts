export * from './units.js'
