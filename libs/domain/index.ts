export * from './probe.js'
