export * from './area-series.js'
export * from './series.js'
