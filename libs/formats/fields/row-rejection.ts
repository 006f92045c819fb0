/** One reason why a row of a file was not taken. A row may have several; none of its values is used then. */
export interface RowRejection {
  /** Line of a table, or 1-based number of a feature. */
  line?: number
  /** Code of the area, site or locality, if the row gives one. */
  code?: string
  field: string
  /** The value in question, cut after 80 characters. */
  value: string
  reason: string
}

const MAX_VALUE_LENGTH = 80

/** A value as a report shows it. */
export function shortValueText(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '')
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH - 1)}…` : text
}
