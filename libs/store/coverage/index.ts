export * from './claims.js'
export * from './contradictions.js'
export * from './declared.js'
