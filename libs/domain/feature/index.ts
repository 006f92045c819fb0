export * from './feature.js'
export * from './filter.js'
