/** The connections of a data source, as its pool counts them. */
import type { Pool } from 'pg'
import type { DataSource } from 'typeorm'

export interface PoolFigures {
  /** Connections at work. */
  used: number
  /** Open connections without work. */
  idle: number
  /** The most connections that it opens. */
  max: number
  /** Statements and transactions that wait for a connection. */
  waiting: number
}

/** Asks the pool in memory, not the database. */
export function poolFigures(source: DataSource): PoolFigures {
  const { totalCount, idleCount, waitingCount, options } = (source.driver as unknown as { master: Pool })
    .master
  return { used: totalCount - idleCount, idle: idleCount, max: options.max, waiting: waitingCount }
}
