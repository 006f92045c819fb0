export * from './polygon.js'
export * from './raw-feature.js'
export * from './topojson.js'
