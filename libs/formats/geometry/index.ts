export { type Crs, CRS_EXAMPLES, crsOf } from './crs.js'
export * from './polygon.js'
export * from './raw-feature.js'
export * from './topojson.js'
