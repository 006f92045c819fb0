import type { EntityManager } from 'typeorm'

/** A data source or a transaction; every query function takes one. */
export type Queryable = Pick<EntityManager, 'query'>
