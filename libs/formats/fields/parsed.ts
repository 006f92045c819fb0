/** The value of a text, or the reason why it has none. A reason continues the value, as in “31/02/2027: is not a day”. */
export type Parsed<T> = { value: T } | { reason: string }
