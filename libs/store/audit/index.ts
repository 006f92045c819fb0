export * from './read-log.js'
export * from './retention.js'
export * from './verify-log.js'
