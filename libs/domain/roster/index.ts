export * from './roster.js'
export * from './shipped-roster.js'
