import type { EntityManager } from 'typeorm'

/** A data source or a transaction: what every query function takes. */
export type Queryable = Pick<EntityManager, 'query'>
