export * from './sites.js'
export * from './padded-codes.js'
