export * from './database.js'
export { PREPARED } from './prepared-client.js'
