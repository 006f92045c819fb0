export * from './events.js'
export * from './subscriptions.js'
