export * from './filter-sql.js'
export * from './collections.js'
export * from './features.js'
