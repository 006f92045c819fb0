export * from './area.js'
export * from './locality.js'
export * from './place-name.js'
export * from './site.js'
