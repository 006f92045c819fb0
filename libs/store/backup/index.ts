/** What a backup says of a database, and what a restored one is held against. */
export * from './state.js'
export * from './digests.js'
