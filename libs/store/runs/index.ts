export * from './difference.js'
export * from './run.js'
export * from './runs.js'
