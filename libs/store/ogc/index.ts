export * from './collection.js'
export * from './collections.js'
export * from './features.js'
export * from './filter-sql.js'
