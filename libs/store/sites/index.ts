export * from './sites.js'
export * from './padded-codes.js'
export * from './selection.js'
