/** The answers where the database cannot serve a request now: 503, a code, and when to try again. */
import type { DatabaseFault } from '#store/database'

interface DatabaseProblem {
  code: 'database_away' | 'database_busy' | 'disk_full' | 'read_only'
  detail: string
  retrySeconds: number
}

/** The time for answers that do not say when to try again. */
export const DEFAULT_RETRY_SECONDS = 10

export const DATABASE_PROBLEMS: Readonly<Record<DatabaseFault, DatabaseProblem>> = {
  away: {
    code: 'database_away',
    detail: 'The database does not answer. Nothing was changed unless it was confirmed. Retry shortly.',
    retrySeconds: 5,
  },
  busy: {
    code: 'database_busy',
    detail: 'The database did not answer in time. Retry shortly.',
    retrySeconds: 10,
  },
  disk_full: {
    code: 'disk_full',
    detail: 'The disk of the database is full: nothing can be written until there is space. Reading goes on.',
    retrySeconds: 60,
  },
  read_only: {
    code: 'read_only',
    detail: 'The database takes no writes at the moment. Reading goes on.',
    retrySeconds: 60,
  },
}
