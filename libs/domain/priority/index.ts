export * from './amounts.js'
export * from './budget.js'
export * from './deployment.js'
export * from './priority.js'
