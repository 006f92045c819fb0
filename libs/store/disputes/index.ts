export * from './dispute-events.js'
export * from './disputes.js'
export * from './new-dispute.js'
