export * from './database.js'
export { TIME_ZONE_SQL } from './local-time.js'
export { PREPARED } from './prepared-client.js'
export { type Sql, type SqlValue, type Statement, join, param, raw, sql } from './sql.js'
