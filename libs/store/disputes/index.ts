export * from './disputes.js'
