export * from './datapackage.js'
export * from './formats.js'
export * from './layer.js'
export * from './table.js'
