export * from './change-roster.js'
export * from './import-roster.js'
export * from './roster.js'
export * from './seed-roster.js'
