export * from './polygon.js'
export * from './topojson.js'
