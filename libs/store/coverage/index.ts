export * from './coverage.js'
export * from './declared.js'
