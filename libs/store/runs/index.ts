export * from './difference.js'
export * from './runs.js'
