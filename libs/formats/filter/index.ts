export * from './cql2.js'
