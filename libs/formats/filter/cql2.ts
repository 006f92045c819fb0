/**
 * CQL2 text (OGC 21-065r2): the part that its classes Basic CQL2, Advanced Comparison Operators and Basic Spatial Functions
 * ask for, with polygons, and T_AFTER, T_BEFORE, T_DURING, T_EQUALS and T_INTERSECTS of a property with a literal.
 */
import type { Column, ColumnType, Comparison, Filter, FilterShape, Literal } from '#domain/feature'
import type { Position } from '#domain/place'
import { hasMoreCrossingsThan } from '../geometry/crossings.js'
import { shortValueText } from '../fields/refusal.js'

/** Characters. A shape of some hundred corners fits. */
export const MAX_FILTER_LENGTH = 8_000
/** Of brackets and NOTs within one another. */
const MAX_DEPTH = 32
const MAX_LIST_LENGTH = 500
/** Of the edges of a shape: a drawing has some, and a hundred corners can have thousands, each of which costs. */
const MAX_CROSSINGS = 250
/** How the shape of a feature is called, whatever it is. */
export const GEOMETRY_PROPERTY = 'geometry'

/** Where in the text it is wrong is said in `problem`, with what stands there. */
export type FilterParseResult = { filter: Filter } | { reason: string }

export function readCql2(text: string, columns: readonly Column[]): FilterParseResult {
  if (text.length > MAX_FILTER_LENGTH)
    return { reason: `it has ${text.length} characters; ${MAX_FILTER_LENGTH} are the most` }
  try {
    return { filter: new Cql2Parser(tokensOf(text), columns).whole() }
  } catch (error) {
    if (error instanceof Cql2SyntaxError) return { reason: error.message }
    throw error
  }
}

/** Never leaves this file. */
class Cql2SyntaxError extends Error {}

type TokenKind = 'word' | 'name' | 'text' | 'number' | 'sign' | 'end'

interface Token {
  kind: TokenKind
  /** Of a text or a quoted name what is between the quotes. */
  text: string
  /** In the filter, counted from 1. */
  at: number
}

const expectedError = (token: Token, wanted: string) => {
  const found = token.kind === 'end' ? 'it ends there' : `there is ${shortValueText(token.text)}`
  return new Cql2SyntaxError(`position ${token.at}: ${wanted} is needed; ${found}`)
}

/** One after another; what none of them takes is no token. */
const TOKEN =
  /\s*(?:(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_:][\p{L}\p{N}_:.]*)|"(?<name>[^"]{1,200})"|'(?<text>(?:[^']|'')*)'|(?<sign><>|<=|>=|[=<>(),]))/uy

function tokensOf(text: string): Token[] {
  const tokens: Token[] = []
  const end = text.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const from = TOKEN.lastIndex
    const groups = TOKEN.exec(text)?.groups
    if (!groups) {
      const start = from + (text.slice(from).length - text.slice(from).trimStart().length)
      throw new Cql2SyntaxError(
        `position ${start + 1}: ${shortValueText(text.slice(start, start + 20))} is no part of CQL2`,
      )
    }
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) as [
      TokenKind,
      string,
    ]
    const length = found.length + (kind === 'name' || kind === 'text' ? 2 : 0)
    tokens.push({
      kind,
      text: kind === 'text' ? found.replaceAll("''", "'") : found,
      at: TOKEN.lastIndex - length + 1,
    })
  }
  return [...tokens, { kind: 'end', text: '', at: end + 1 }]
}

const COMPARISONS: readonly string[] = ['=', '<>', '<', '<=', '>', '>='] satisfies Comparison[]
const SHAPES = ['POINT', 'BBOX', 'POLYGON', 'MULTIPOLYGON']

const LITERALS: Record<ColumnType, { type: Literal['type']; wanted: string }> = {
  text: { type: 'text', wanted: "a text in '…'" },
  integer: { type: 'number', wanted: 'a number' },
  number: { type: 'number', wanted: 'a number' },
  boolean: { type: 'boolean', wanted: 'TRUE or FALSE' },
  date: { type: 'date', wanted: "DATE('2026-03-01')" },
  time: { type: 'time', wanted: "TIMESTAMP('2026-03-01T09:00:00Z')" },
}

/** What T_… of a property and a moment means. */
const INSTANT_FUNCTIONS: Record<string, Comparison> = {
  T_AFTER: '>',
  T_BEFORE: '<',
  T_EQUALS: '=',
  T_INTERSECTS: '=',
}
/** What T_… of a property and an interval says of its start and its end. */
const INTERVAL_FUNCTIONS: Record<string, [Comparison, Comparison]> = {
  T_DURING: ['>', '<'],
  T_INTERSECTS: ['>=', '<='],
}

class Cql2Parser {
  private next = 0
  private depth = 0

  constructor(
    private readonly tokens: readonly Token[],
    private readonly columns: readonly Column[],
  ) {}

  whole(): Filter {
    const filter = this.either()
    if (this.token.kind !== 'end') throw expectedError(this.token, 'AND, OR or the end')
    return filter
  }

  private get token(): Token {
    return this.tokens[this.next]!
  }

  private take(): Token {
    return this.tokens[this.next++]!
  }

  /** Words are the same in capitals and small letters. */
  private is(...words: string[]): boolean {
    const { kind, text } = this.token
    return (kind === 'word' || kind === 'sign') && words.includes(text.toUpperCase())
  }

  private skip(word: string): boolean {
    const found = this.is(word)
    if (found) this.next++
    return found
  }

  private need(word: string): void {
    if (!this.skip(word)) throw expectedError(this.token, word)
  }

  private either(): Filter {
    return this.joined('or', () => this.joined('and', () => this.negated()))
  }

  private joined(op: 'and' | 'or', part: () => Filter): Filter {
    const of = [part()]
    while (this.skip(op.toUpperCase())) of.push(part())
    return of.length === 1 ? of[0]! : { op, of }
  }

  private negated(): Filter {
    if (!this.skip('NOT')) return this.single()
    return this.deeper(() => ({ op: 'not', of: this.negated() }))
  }

  /** Brackets could otherwise go deeper than the stack. */
  private deeper<T>(read: () => T): T {
    if (++this.depth > MAX_DEPTH)
      throw new Cql2SyntaxError(
        `position ${this.token.at}: more than ${MAX_DEPTH} conditions lie in one another`,
      )
    const result = read()
    this.depth--
    return result
  }

  private single(): Filter {
    if (this.skip('(')) {
      const filter = this.deeper(() => this.either())
      this.need(')')
      return filter
    }
    if (this.is('TRUE', 'FALSE')) return { op: 'always', value: this.take().text.toUpperCase() === 'TRUE' }
    if (this.tokens[this.next + 1]?.text === '(') {
      if (this.is('S_INTERSECTS')) return this.spatial()
      if (this.is(...Object.keys(INSTANT_FUNCTIONS), ...Object.keys(INTERVAL_FUNCTIONS)))
        return this.temporal()
      if (this.token.kind === 'word')
        throw expectedError(
          this.token,
          `S_INTERSECTS, ${Object.keys(INSTANT_FUNCTIONS).join(', ')}, T_DURING or a property`,
        )
    }
    return this.compared(this.column())
  }

  private column(): Column {
    const token = this.take()
    const column = this.columns.find(({ name }) => name === token.text)
    if ((token.kind !== 'word' && token.kind !== 'name') || !column)
      throw expectedError(token, `a property (${this.columns.map(({ name }) => name).join(', ')})`)
    return column
  }

  private compared(column: Column): Filter {
    const { name: property } = column
    if (this.skip('IS')) {
      const not = this.skip('NOT')
      this.need('NULL')
      return negatedIf(not, { op: 'isNull', property })
    }
    if (this.is(...COMPARISONS)) {
      const op = this.take().text as Comparison
      return { op, property, value: this.literal(column) }
    }
    const not = this.skip('NOT')
    if (this.is('LIKE')) return negatedIf(not, this.like(column))
    if (this.skip('BETWEEN')) return negatedIf(not, this.between(column))
    if (this.skip('IN')) return negatedIf(not, { op: 'in', property, values: this.list(column) })
    throw expectedError(this.token, 'a comparison (=, <>, <, <=, >, >=, LIKE, BETWEEN, IN, IS NULL)')
  }

  private like({ name: property, type }: Column): Filter {
    if (type !== 'text')
      throw expectedError(this.token, `a comparison other than LIKE (${property} is no text)`)
    this.need('LIKE')
    const token = this.take()
    if (token.kind !== 'text') throw expectedError(token, "a pattern in '…'")
    // A backslash at the end would take nothing: PostgreSQL refuses it.
    if (/(?<!\\)(\\\\)*\\$/.test(token.text))
      throw expectedError(token, 'a pattern that does not end with one \\')
    return { op: 'like', property, pattern: token.text }
  }

  private between(column: Column): Filter {
    const low = this.literal(column)
    this.need('AND')
    return { op: 'between', property: column.name, low, high: this.literal(column) }
  }

  private list(column: Column): Literal[] {
    const open = this.token
    const values = this.listed(() => this.literal(column))
    if (values.length > MAX_LIST_LENGTH) throw expectedError(open, `a list of at most ${MAX_LIST_LENGTH}`)
    return values
  }

  /** `( … , … )` */
  private listed<T>(read: () => T): T[] {
    this.need('(')
    const all = [read()]
    while (this.skip(',')) all.push(read())
    this.need(')')
    return all
  }

  private literal({ name, type }: Column): Literal {
    const { type: needed, wanted } = LITERALS[type]
    const token = this.token
    const literal = this.anyLiteral()
    if (literal?.type !== needed) throw expectedError(token, `${wanted} to compare ${name} with`)
    return literal
  }

  private anyLiteral(): Literal | null {
    const token = this.take()
    if (token.kind === 'text') return { type: 'text', value: token.text }
    if (token.kind === 'number') return { type: 'number', value: numberOf(token) }
    this.next--
    if (this.skip('TRUE')) return { type: 'boolean', value: true }
    if (this.skip('FALSE')) return { type: 'boolean', value: false }
    if (this.skip('DATE')) return { type: 'date', value: this.inBrackets(dateOf) }
    if (this.skip('TIMESTAMP')) return { type: 'time', value: this.inBrackets(timestampOf) }
    return null
  }

  private inBrackets<T>(read: (token: Token) => T): T {
    this.need('(')
    const value = read(this.take())
    this.need(')')
    return value
  }

  private temporal(): Filter {
    const call = this.take()
    const name = call.text.toUpperCase()
    this.need('(')
    const column = this.column()
    if (column.type !== 'date' && column.type !== 'time')
      throw expectedError(call, `a comparison other than ${name} (${column.name} is no time)`)
    this.need(',')
    const filter = this.is('INTERVAL') ? this.within(column, name) : this.beside(column, name)
    this.need(')')
    return filter
  }

  private beside(column: Column, name: string): Filter {
    const op = INSTANT_FUNCTIONS[name]
    if (!op) throw expectedError(this.token, 'INTERVAL')
    return { op, property: column.name, value: this.literal(column) }
  }

  private within(column: Column, name: string): Filter {
    const ops = INTERVAL_FUNCTIONS[name]
    if (!ops) throw expectedError(this.token, LITERALS[column.type].wanted)
    const call = this.take()
    const ends = this.listed(() => this.intervalEnd(column))
    if (ends.length !== 2) throw expectedError(call, 'INTERVAL of a start and an end')
    const of = ends.flatMap((value, i): Filter[] =>
      value ? [{ op: ops[i]!, property: column.name, value }] : [],
    )
    if (of.length === 0) return negatedIf(true, { op: 'isNull', property: column.name })
    return of.length === 1 ? of[0]! : { op: 'and', of }
  }

  /** Null where it is open. */
  private intervalEnd({ type }: Column): Literal | null {
    const token = this.take()
    if (token.kind === 'text' && token.text === '..') return null
    return type === 'date' ? { type, value: dateOf(token) } : { type: 'time', value: timestampOf(token) }
  }

  private spatial(): Filter {
    this.next++
    this.need('(')
    const token = this.take()
    if (token.text !== GEOMETRY_PROPERTY) throw expectedError(token, `the property ${GEOMETRY_PROPERTY}`)
    this.need(',')
    const shape = this.shape()
    this.need(')')
    return { op: 'intersects', shape }
  }

  private shape(): FilterShape {
    if (!this.is(...SHAPES)) throw expectedError(this.token, SHAPES.join(', '))
    const token = this.take()
    const type = token.text.toUpperCase()
    if (type === 'BBOX')
      return boxOf(
        token,
        this.listed(() => numberOf(this.take())),
      )
    if (type === 'POLYGON') {
      const coordinates = this.rings()
      return withFewCrossings(token, coordinates, { type: 'Polygon', coordinates })
    }
    if (type === 'MULTIPOLYGON') {
      const coordinates = this.listed(() => this.rings())
      return withFewCrossings(token, coordinates.flat(), { type: 'MultiPolygon', coordinates })
    }
    const [coordinates, ...more] = this.listed(() => this.position())
    if (more.length > 0) throw expectedError(token, 'POINT of one position')
    return { type: 'Point', coordinates: coordinates! }
  }

  private rings(): Position[][] {
    return this.listed(() => this.ring())
  }

  private ring(): Position[] {
    const open = this.token
    const ring = this.listed(() => this.position())
    const [first, last] = [ring[0]!, ring.at(-1)!]
    if (ring.length < 4 || first[0] !== last[0] || first[1] !== last[1])
      throw expectedError(open, 'a ring of at least four positions that ends where it begins')
    return ring
  }

  private position(): Position {
    return [numberOf(this.take()), numberOf(this.take())]
  }
}

const negatedIf = (not: boolean, filter: Filter): Filter => (not ? { op: 'not', of: filter } : filter)

function withFewCrossings(token: Token, rings: readonly Position[][], shape: FilterShape): FilterShape {
  if (hasMoreCrossingsThan(rings, MAX_CROSSINGS))
    throw expectedError(token, `a shape whose edges cross at most ${MAX_CROSSINGS} times`)
  return shape
}

function numberOf(token: Token): number {
  const value = token.kind === 'number' ? Number(token.text) : NaN
  if (!Number.isFinite(value)) throw expectedError(token, 'a number')
  return value
}

function boxOf(token: Token, numbers: number[]): FilterShape {
  const [west, south, east, north] = (
    numbers.length === 6 ? [0, 1, 3, 4].map((i) => numbers[i]) : numbers
  ) as [number, number, number, number]
  if ((numbers.length !== 4 && numbers.length !== 6) || west > east || south > north)
    throw expectedError(token, 'BBOX(west, south, east, north) with west <= east and south <= north')
  return { type: 'Box', box: { west, south, east, north } }
}

function dateOf(token: Token): string {
  const day = token.kind === 'text' && /^\d{4}-\d\d-\d\d$/.test(token.text) ? new Date(token.text) : null
  // 31 February is not 3 March.
  if (!day || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== token.text)
    throw expectedError(token, "a day like '2026-03-01'")
  return token.text
}

/** The standard knows UTC only. */
const TIMESTAMP_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/

function timestampOf(token: Token): string {
  const ms = token.kind === 'text' && TIMESTAMP_PATTERN.test(token.text) ? Date.parse(token.text) : NaN
  if (Number.isNaN(ms)) throw expectedError(token, "a moment like '2026-03-01T09:00:00Z'")
  return new Date(ms).toISOString()
}
