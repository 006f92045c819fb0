/** Rows never vanish: what a file has is written, unchanged or rejected, and every importer proves it at its end. */

export interface RowBalance {
  /** Rows of the file that were read. */
  rows: number
  /** Rows that became something new or other than before. */
  written: number
  /** Rows that say what was stored already. */
  unchanged: number
  rejected: number
}

/** Throws where rows are missing or counted twice: a fault of the importer, never of the file. */
export function assertBalanced({ rows, written, unchanged, rejected }: RowBalance): void {
  if (rows !== written + unchanged + rejected)
    throw new Error(
      `the import of ${rows} rows does not balance: ${written} written, ${unchanged} unchanged, ${rejected} rejected`,
    )
}
