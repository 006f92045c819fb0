import type { DataSource } from 'typeorm'

/** The connections for long work (classification); the embedded database has one for everything. */
export class BatchSource {
  constructor(readonly source: DataSource) {}
}
