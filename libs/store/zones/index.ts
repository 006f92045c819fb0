export * from './priorities.js'
export * from './zones.js'
