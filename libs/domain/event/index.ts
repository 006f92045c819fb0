export { EVENT_NAMES } from './event-names.js'
export * from './subscription.js'
