/** Recursive descent over the tokens of CQL2 text. Each method reads one rule of the grammar and stops behind it. */
import type { Column, Comparison, Filter, FilterShape, Literal } from '#domain/feature'
import type { Position } from '#domain/place'
import {
  LITERALS,
  boxOf,
  closedRingOf,
  dayOfToken,
  numberOfToken,
  shapeWithFewCrossings,
  timestampOfToken,
} from './literals.js'
import { Cql2SyntaxError, type Token, tokensOf, unexpectedTokenError } from './tokens.js'

/** Nesting of brackets and NOTs: deeper filters could exceed the call stack. */
const MAX_DEPTH = 32
const MAX_LIST_LENGTH = 500
/** The name of a feature's geometry in a filter, whatever the collection. */
export const GEOMETRY_PROPERTY = 'geometry'

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='] satisfies Comparison[]
const SHAPES = ['POINT', 'BBOX', 'POLYGON', 'MULTIPOLYGON']

/** The comparison that a temporal function of a property and an instant stands for. */
const INSTANT_FUNCTIONS: Record<string, Comparison> = {
  T_AFTER: '>',
  T_BEFORE: '<',
  T_EQUALS: '=',
  T_INTERSECTS: '=',
}
/** The comparisons with the start and with the end of an interval. */
const INTERVAL_FUNCTIONS: Record<string, [Comparison, Comparison]> = {
  T_DURING: ['>', '<'],
  T_INTERSECTS: ['>=', '<='],
}

export class Cql2Parser {
  private readonly tokens: readonly Token[]
  private next = 0
  private depth = 0

  constructor(
    filter: string,
    private readonly columns: readonly Column[],
  ) {
    this.tokens = tokensOf(filter)
  }

  /** The whole filter. Throws `Cql2SyntaxError`. */
  parseFilter(): Filter {
    const filter = this.parseOr()
    if (this.token.kind !== 'end') throw unexpectedTokenError(this.token, 'AND, OR or the end')
    return filter
  }

  private get token(): Token {
    return this.tokens[this.next]!
  }

  private take(): Token {
    return this.tokens[this.next++]!
  }

  /** Whether the next token is one of these; keywords are the same in upper and lower case. */
  private atKeyword(...keywords: string[]): boolean {
    const { kind, text } = this.token
    return (kind === 'word' || kind === 'sign') && keywords.includes(text.toUpperCase())
  }

  private accept(keyword: string): boolean {
    const isNext = this.atKeyword(keyword)
    if (isNext) this.next++
    return isNext
  }

  private expect(keyword: string): void {
    if (!this.accept(keyword)) throw unexpectedTokenError(this.token, keyword)
  }

  private parseOr(): Filter {
    return this.parseOperands('or', () => this.parseOperands('and', () => this.parseNot()))
  }

  private parseOperands(op: 'and' | 'or', parseOperand: () => Filter): Filter {
    const of = [parseOperand()]
    while (this.accept(op.toUpperCase())) of.push(parseOperand())
    return of.length === 1 ? of[0]! : { op, of }
  }

  private parseNot(): Filter {
    if (!this.accept('NOT')) return this.parsePrimary()
    return this.nested(() => ({ op: 'not', of: this.parseNot() }))
  }

  private nested<T>(parse: () => T): T {
    if (++this.depth > MAX_DEPTH)
      throw new Cql2SyntaxError(
        `position ${this.token.position}: conditions are nested more than ${MAX_DEPTH} deep`,
      )
    const result = parse()
    this.depth--
    return result
  }

  private parsePrimary(): Filter {
    if (this.accept('(')) {
      const filter = this.nested(() => this.parseOr())
      this.expect(')')
      return filter
    }
    if (this.atKeyword('TRUE', 'FALSE'))
      return { op: 'always', value: this.take().text.toUpperCase() === 'TRUE' }
    return this.tokens[this.next + 1]?.text === '('
      ? this.parseCall()
      : this.parsePredicate(this.parseColumn())
  }

  /** A word before a bracket is a function; a quoted name or a column may stand there too, and fails as a predicate. */
  private parseCall(): Filter {
    if (this.atKeyword('S_INTERSECTS')) return this.parseSpatialCall()
    if (this.atKeyword(...Object.keys(INSTANT_FUNCTIONS), ...Object.keys(INTERVAL_FUNCTIONS)))
      return this.parseTemporalCall()
    if (this.token.kind !== 'word') return this.parsePredicate(this.parseColumn())
    const functions = ['S_INTERSECTS', ...Object.keys(INSTANT_FUNCTIONS), 'T_DURING'].join(', ')
    throw unexpectedTokenError(this.token, `${functions} or a property`)
  }

  private parseColumn(): Column {
    const token = this.take()
    const column = this.columns.find(({ name }) => name === token.text)
    if ((token.kind !== 'word' && token.kind !== 'name') || !column)
      throw unexpectedTokenError(token, `a property (${this.columns.map(({ name }) => name).join(', ')})`)
    return column
  }

  private parsePredicate(column: Column): Filter {
    const { name: property } = column
    if (this.accept('IS')) {
      const isNegated = this.accept('NOT')
      this.expect('NULL')
      return negatedIf(isNegated, { op: 'isNull', property })
    }
    if (this.atKeyword(...COMPARISONS)) {
      const op = this.take().text as Comparison
      return { op, property, value: this.parseLiteral(column) }
    }
    const isNegated = this.accept('NOT')
    if (this.atKeyword('LIKE')) return negatedIf(isNegated, this.parseLike(column))
    if (this.accept('BETWEEN')) return negatedIf(isNegated, this.parseBetween(column))
    if (this.accept('IN')) return negatedIf(isNegated, { op: 'in', property, values: this.parseIn(column) })
    throw unexpectedTokenError(this.token, 'a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN, IS NULL)')
  }

  private parseLike({ name: property, type }: Column): Filter {
    if (type !== 'text')
      throw unexpectedTokenError(this.token, `a comparison other than LIKE (${property} is no text)`)
    this.expect('LIKE')
    const token = this.take()
    if (token.kind !== 'text') throw unexpectedTokenError(token, "a pattern in '…'")
    // PostgreSQL raises an error on a pattern that ends with a single backslash.
    if (/(?<!\\)(\\\\)*\\$/.test(token.text))
      throw unexpectedTokenError(token, 'a pattern that does not end with one \\')
    return { op: 'like', property, pattern: token.text }
  }

  private parseBetween(column: Column): Filter {
    const low = this.parseLiteral(column)
    this.expect('AND')
    return { op: 'between', property: column.name, low, high: this.parseLiteral(column) }
  }

  private parseIn(column: Column): Literal[] {
    const open = this.token
    const values = this.parseList(() => this.parseLiteral(column))
    if (values.length > MAX_LIST_LENGTH)
      throw unexpectedTokenError(open, `a list of at most ${MAX_LIST_LENGTH}`)
    return values
  }

  /** `( item, item, … )`, at least one item. */
  private parseList<T>(parseItem: () => T): T[] {
    this.expect('(')
    const items = [parseItem()]
    while (this.accept(',')) items.push(parseItem())
    this.expect(')')
    return items
  }

  private parseLiteral({ name, type: columnType }: Column): Literal {
    const { type, expected } = LITERALS[columnType]
    const token = this.token
    const literal = this.parseAnyLiteral()
    if (literal?.type !== type) throw unexpectedTokenError(token, `${expected} to compare ${name} with`)
    return literal
  }

  private parseAnyLiteral(): Literal | null {
    const token = this.take()
    if (token.kind === 'text') return { type: 'text', value: token.text }
    if (token.kind === 'number') return { type: 'number', value: numberOfToken(token) }
    this.next--
    if (this.accept('TRUE')) return { type: 'boolean', value: true }
    if (this.accept('FALSE')) return { type: 'boolean', value: false }
    if (this.accept('DATE')) return { type: 'date', value: this.parseInBrackets(dayOfToken) }
    if (this.accept('TIMESTAMP')) return { type: 'time', value: this.parseInBrackets(timestampOfToken) }
    return null
  }

  private parseInBrackets<T>(read: (token: Token) => T): T {
    this.expect('(')
    const value = read(this.take())
    this.expect(')')
    return value
  }

  private parseTemporalCall(): Filter {
    const call = this.take()
    const name = call.text.toUpperCase()
    this.expect('(')
    const column = this.parseColumn()
    if (column.type !== 'date' && column.type !== 'time')
      throw unexpectedTokenError(call, `a comparison other than ${name} (${column.name} is no time)`)
    this.expect(',')
    const filter = this.atKeyword('INTERVAL')
      ? this.parseIntervalComparison(column, name)
      : this.parseInstantComparison(column, name)
    this.expect(')')
    return filter
  }

  private parseInstantComparison(column: Column, name: string): Filter {
    const op = INSTANT_FUNCTIONS[name]
    if (!op) throw unexpectedTokenError(this.token, 'INTERVAL')
    return { op, property: column.name, value: this.parseLiteral(column) }
  }

  private parseIntervalComparison(column: Column, name: string): Filter {
    const comparisons = INTERVAL_FUNCTIONS[name]
    if (!comparisons) throw unexpectedTokenError(this.token, LITERALS[column.type].expected)
    const call = this.take()
    const ends = this.parseList(() => this.parseIntervalEnd(column))
    if (ends.length !== 2) throw unexpectedTokenError(call, 'INTERVAL of a start and an end')
    const of = ends.flatMap((value, i): Filter[] =>
      value ? [{ op: comparisons[i]!, property: column.name, value }] : [],
    )
    if (of.length === 0) return negatedIf(true, { op: 'isNull', property: column.name })
    return of.length === 1 ? of[0]! : { op: 'and', of }
  }

  /** Returns null for `'..'`, the open end. */
  private parseIntervalEnd({ type }: Column): Literal | null {
    const token = this.take()
    if (token.kind === 'text' && token.text === '..') return null
    return type === 'date'
      ? { type, value: dayOfToken(token) }
      : { type: 'time', value: timestampOfToken(token) }
  }

  private parseSpatialCall(): Filter {
    this.next++
    this.expect('(')
    const token = this.take()
    if (token.text !== GEOMETRY_PROPERTY)
      throw unexpectedTokenError(token, `the property ${GEOMETRY_PROPERTY}`)
    this.expect(',')
    const shape = this.parseShape()
    this.expect(')')
    return { op: 'intersects', shape }
  }

  private parseShape(): FilterShape {
    if (!this.atKeyword(...SHAPES)) throw unexpectedTokenError(this.token, SHAPES.join(', '))
    const token = this.take()
    switch (token.text.toUpperCase()) {
      case 'BBOX': {
        const numbers = this.parseList(() => numberOfToken(this.take()))
        return boxOf(token, numbers)
      }
      case 'POLYGON': {
        const coordinates = this.parseRings()
        return shapeWithFewCrossings(token, coordinates, { type: 'Polygon', coordinates })
      }
      case 'MULTIPOLYGON': {
        const coordinates = this.parseList(() => this.parseRings())
        return shapeWithFewCrossings(token, coordinates.flat(), { type: 'MultiPolygon', coordinates })
      }
      default: {
        const [coordinates, ...others] = this.parseList(() => this.parsePosition())
        if (others.length > 0) throw unexpectedTokenError(token, 'POINT of one position')
        return { type: 'Point', coordinates: coordinates! }
      }
    }
  }

  private parseRings(): Position[][] {
    return this.parseList(() => {
      const open = this.token
      const ring = this.parseList(() => this.parsePosition())
      return closedRingOf(open, ring)
    })
  }

  private parsePosition(): Position {
    return [numberOfToken(this.take()), numberOfToken(this.take())]
  }
}

const negatedIf = (isNegated: boolean, filter: Filter): Filter =>
  isNegated ? { op: 'not', of: filter } : filter
