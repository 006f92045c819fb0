/** The state of a database that a backup notes, and that a restored one is held against. */
export * from './state.js'
export * from './digests.js'
