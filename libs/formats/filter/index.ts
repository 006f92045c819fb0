export * from './cql2.js'
export { GEOMETRY_PROPERTY } from './parser.js'
