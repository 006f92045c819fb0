export * from './api-keys.js'
export * from './change-keys.js'
