/**
 * SQL text with its values apart. In a statement written with the tag, `${value}` becomes a numbered parameter and
 * `${fragment}` is spliced in with its own parameters: nobody counts `$n`, and a value cannot end up in the text.
 * Fragments come from another `sql` template, from `raw` (text of our own, never of a request) or from `join`.
 */

/** A piece of SQL. Only the functions of this file make one, so that a plain string does not pass for SQL. */
export class Sql {
  /** Makes the type nominal: an object of the same shape does not compile as a fragment. */
  declare private readonly brand: never
  /** Texts between the values; always one more than there are values. */
  readonly texts: readonly string[]
  readonly values: readonly unknown[]

  private constructor(texts: readonly string[], values: readonly unknown[]) {
    this.texts = texts
    this.values = values
  }

  /** Private to this file; other code calls `sql`, `raw` and `join`. */
  static of(texts: readonly string[], values: readonly unknown[]): Sql {
    return new Sql(texts, values)
  }

  /** A fragment in a plain template would lose its values: it belongs in the `sql` tag. */
  toString(): never {
    throw new Error(`a fragment of SQL was made a string: ${this.texts.join('…')}`)
  }

  /** The statement in PostgreSQL's form. The same value object twice is one parameter. */
  toStatement(): Statement {
    const parameters: unknown[] = []
    const numbers = new Map<unknown, number>()
    const numberOf = (value: unknown) => {
      const earlier = value instanceof Param ? numbers.get(value) : undefined
      if (earlier !== undefined) return earlier
      const number = parameters.push(value instanceof Param ? value.value : value)
      if (value instanceof Param) numbers.set(value, number)
      return number
    }
    const [first = '', ...rest] = this.texts
    return {
      sql: rest.reduce((text, next, i) => `${text}$${numberOf(this.values[i])}${next}`, first),
      parameters,
    }
  }
}

/** A finished statement: text with `$1 … $n`, and as many parameters. */
export interface Statement {
  sql: string
  parameters: unknown[]
}

/** A value that occurs at several places of a statement as one parameter. */
class Param {
  constructor(readonly value: unknown) {}
}

/**
 * Values that can be bound: those of a column. The compiler refuses objects and functions: JSON is converted to text
 * first.
 */
export type SqlValue =
  string | number | bigint | boolean | Date | null | readonly string[] | readonly number[] | Buffer

/** Values and fragments that a statement's `${…}` accepts. */
export type SqlPart = Sql | SqlValue

export function sql(texts: TemplateStringsArray, ...parts: readonly SqlPart[]): Sql {
  const outTexts = [texts[0]!]
  const outValues: unknown[] = []
  parts.forEach((part, i) => {
    const fragment = part instanceof Sql ? part : Sql.of(['', ''], [part])
    const [first = '', ...rest] = fragment.texts
    outTexts.push(outTexts.pop()! + first, ...rest)
    outValues.push(...fragment.values)
    outTexts.push(outTexts.pop()! + texts[i + 1]!)
  })
  return Sql.of(outTexts, outValues)
}

/** Text of our own source as SQL, such as a column name or a constant. Never pass text from a request. */
export const raw = (text: string): Sql => Sql.of([text], [])

/** A value that is bound once however often it is spliced, with its SQL type: `$3::bigint[]`. */
export const param = (value: SqlValue, type: string): Sql => Sql.of(['', `::${type}`], [new Param(value)])

/** Pieces with a separator between them, as in a list of columns or of conditions. */
export function join(parts: readonly Sql[], separator: string): Sql {
  return parts.reduce((whole, part, i) => (i === 0 ? part : sql`${whole}${raw(separator)}${part}`), raw(''))
}

/** The conjunction of the conditions without those that are null. If none remains, every row matches. */
export function allOf(conditions: readonly (Sql | null)[]): Sql {
  const given = conditions.filter((condition) => condition !== null)
  return given.length === 0 ? raw('true') : join(given, ' AND ')
}
