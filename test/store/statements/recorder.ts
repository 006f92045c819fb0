import type { Statement } from '#store/database'
import type { DataSource } from 'typeorm'

/** Stands in for a database: records each statement, and gives the rows of the first pattern that its text matches. */
export function recorder(answers: readonly (readonly [RegExp, readonly object[]])[]) {
  const statements: Statement[] = []
  const db = {
    query: async (sql: string, parameters: unknown[] = []) => {
      statements.push({ sql, parameters })
      return answers.find(([pattern]) => pattern.test(sql))?.[1] ?? []
    },
    transaction: async <T>(work: (tx: unknown) => Promise<T>): Promise<T> => work(db),
    get manager() {
      return db
    },
  }
  return { db: db as unknown as DataSource, statements }
}
