export * from './calibrate.js'
export * from './model.js'
