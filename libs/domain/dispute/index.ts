export * from './dispute.js'
