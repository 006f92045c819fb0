/** One thing in a file that was not taken, and why. A row may have several; none of its values is kept then. */
export interface RowRejection {
  /** Line of a table, or 1-based number of a feature. */
  line?: number
  /** Code of the area, site or locality, as far as it is known. */
  code?: string
  field: string
  /** What stood there, cut after 80 characters. */
  value: string
  reason: string
}

const MAX_VALUE_LENGTH = 80

/** A value as a report shows it. */
export function shortValueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text
}
