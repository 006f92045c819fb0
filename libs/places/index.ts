export * from './facts.js'
export * from './morocco.js'
