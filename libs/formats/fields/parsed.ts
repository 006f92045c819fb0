/** What became of a text: its value, or why it has none (said about the value, so it reads “value: reason”). */
export type Parsed<T> = { value: T } | { reason: string }
