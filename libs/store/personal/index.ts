export * from './columns.js'
export * from './erase.js'
export * from './export.js'
