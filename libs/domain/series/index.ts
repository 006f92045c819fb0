export * from './histogram.js'
export * from './series.js'
