import type { Statement } from '#store/database'
import type { DataSource } from 'typeorm'

/** Stands in for a database: keeps each statement, and answers what the test gives it, or no rows. */
export function recorder(answers: readonly (readonly [RegExp, unknown[]])[] = []) {
  const statements: Statement[] = []
  const db = {
    query: async (sql: string, parameters: unknown[] = []): Promise<never> => {
      statements.push({ sql, parameters })
      return (answers.find(([pattern]) => pattern.test(sql))?.[1] ?? []) as never
    },
    transaction: async <T>(work: (tx: unknown) => Promise<T>): Promise<T> => work(db),
    get manager() {
      return db
    },
  }
  return { db: db as unknown as DataSource, statements }
}
