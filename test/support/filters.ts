/** Random filters, their CQL2 text, and their result for a feature computed without SQL. */
import type { Column, Feature, Filter, FilterShape, Literal } from '#domain/feature'
import { isConvexTouchingBox, isPointInBox } from '#geo'
import fc from 'fast-check'

/** A random filter. Its values come from the features, so that it matches some of them. */
export function anyFilter(
  columns: readonly Column[],
  features: readonly Feature[],
  box: fc.Arbitrary<FilterShape>,
) {
  const literalOf = (column: Column): fc.Arbitrary<Literal> => {
    const known = [...new Set(features.map((f) => f.properties[column.name]!))].filter((v) => v !== null)
    const like = (value: unknown) => literal(column, value as string)
    const others = fc.constantFrom(...OTHERS[column.type]).map(like)
    return known.length > 0
      ? fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known).map(like) }, others)
      : others
  }
  const simple = fc.constantFrom(...columns).chain((column): fc.Arbitrary<Filter> => {
    const { name: property } = column
    const value = literalOf(column)
    const all: fc.Arbitrary<Filter>[] = [
      fc.record({
        op: fc.constantFrom('=', '<>', '<', '<=', '>', '>='),
        property: fc.constant(property),
        value,
      }),
      fc.record({ op: fc.constant('between'), property: fc.constant(property), low: value, high: value }),
      fc.record({
        op: fc.constant('in'),
        property: fc.constant(property),
        values: fc.array(value, { minLength: 1, maxLength: 4 }),
      }),
      fc.constant({ op: 'isNull', property }),
    ]
    if (column.type === 'text')
      all.push(
        value.chain((l) => patternOf(String(l.value))).map((pattern) => ({ op: 'like', property, pattern })),
      )
    return fc.oneof(...all)
  })
  const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: simple },
      { weight: 1, arbitrary: box.map((shape): Filter => ({ op: 'intersects', shape })) },
      { weight: 1, arbitrary: fc.boolean().map((value): Filter => ({ op: 'always', value })) },
      { weight: 1, arbitrary: tie('filter').map((of): Filter => ({ op: 'not', of })) },
      {
        weight: 3,
        arbitrary: fc.record({
          op: fc.constantFrom('and', 'or'),
          of: fc.array(tie('filter'), { minLength: 2, maxLength: 3 }),
        }) as fc.Arbitrary<Filter>,
      },
    ),
  }))
  return filter
}

const OTHERS: Record<Column['type'], (string | number | boolean)[]> = {
  text: ['', "l'é%_\\", 'zz', 'ÿ', '😀'],
  integer: [0, -7, 31],
  number: [0.5, -1e-3, 1e9],
  boolean: [true, false],
  date: ['2026-02-28', '2030-01-01'],
  time: ['2026-01-01T00:00:00Z', '2026-11-24T21:00:00.5Z'],
}

function literal({ type }: Column, value: string | number | boolean): Literal {
  if (type === 'integer' || type === 'number') return { type: 'number', value: value as number }
  if (type === 'time') return { type, value: new Date(value as string).toISOString() }
  return { type, value } as Literal
}

/** A pattern made from a text by replacing parts of it with wildcards. */
const patternOf = (text: string) =>
  fc.array(fc.constantFrom('keep', '%', '_'), { minLength: 1, maxLength: 4 }).map((marks) =>
    [...text]
      .map((c, i) => {
        const mark = marks[i % marks.length]!
        return mark === 'keep' ? c.replace(/[%_\\]/, '\\$&') : mark
      })
      .join(''),
  )

export function textOf(filter: Filter): string {
  switch (filter.op) {
    case 'and':
    case 'or':
      return filter.of.map(inner).join(` ${filter.op.toUpperCase()} `)
    case 'not':
      return `NOT ${inner(filter.of)}`
    case 'always':
      return filter.value ? 'TRUE' : 'false'
    case 'isNull':
      return `${filter.property} IS NULL`
    case 'like':
      return `${filter.property} LIKE ${quoted(filter.pattern)}`
    case 'between':
      return `"${filter.property}" between ${literalText(filter.low)} AND ${literalText(filter.high)}`
    case 'in':
      return `${filter.property} IN (${filter.values.map(literalText).join(',')})`
    case 'intersects':
      return `S_INTERSECTS(geometry, ${shapeText(filter.shape)})`
    default:
      return `${filter.property}${filter.op}${literalText(filter.value)}`
  }
}

const inner = (filter: Filter) =>
  filter.op === 'and' || filter.op === 'or' || filter.op === 'not' ? `(${textOf(filter)})` : textOf(filter)

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`

function literalText({ type, value }: Literal): string {
  if (type === 'text') return quoted(value)
  if (type === 'date') return `DATE('${value}')`
  return type === 'time' ? `TIMESTAMP('${value}')` : String(value)
}

const ringText = (ring: readonly (readonly number[])[]) => `(${ring.map((p) => p.join(' ')).join(', ')})`
const ringsText = (rings: readonly (readonly (readonly number[])[])[]) => `(${rings.map(ringText).join(',')})`

function shapeText(shape: FilterShape): string {
  if (shape.type === 'Box') return `BBOX(${Object.values(shape.box).join(', ')})`
  if (shape.type === 'Point') return `POINT(${shape.coordinates.join(' ')})`
  if (shape.type === 'Polygon') return `POLYGON${ringsText(shape.coordinates)}`
  return `MULTIPOLYGON(${shape.coordinates.map(ringsText).join(', ')})`
}

/** The filter's result for a feature; null if it is unknown (SQL's three-valued logic). */
export function answerOf(filter: Filter, feature: Feature): boolean | null {
  switch (filter.op) {
    case 'and':
    case 'or': {
      const answers = filter.of.map((part) => answerOf(part, feature))
      const decides = filter.op === 'or'
      return answers.includes(decides) ? decides : answers.includes(null) ? null : !decides
    }
    case 'not': {
      const answer = answerOf(filter.of, feature)
      return answer === null ? null : !answer
    }
    case 'always':
      return filter.value
    case 'intersects':
      return touches(filter.shape, feature)
    case 'isNull':
      return feature.properties[filter.property] === null
    default: {
      const value = feature.properties[filter.property]!
      return value === null ? null : answerOfValue(filter, value)
    }
  }
}

type OfValue = Exclude<Filter, { op: 'and' | 'or' | 'not' | 'always' | 'intersects' | 'isNull' }>

function answerOfValue(filter: OfValue, value: string | number | boolean): boolean {
  if (filter.op === 'like') return patternMatches(filter.pattern, value as string)
  if (filter.op === 'between') return order(value, filter.low) >= 0 && order(value, filter.high) <= 0
  if (filter.op === 'in') return filter.values.some((one) => order(value, one) === 0)
  const by = order(value, filter.value)
  return { '=': by === 0, '<>': by !== 0, '<': by < 0, '<=': by <= 0, '>': by > 0, '>=': by >= 0 }[filter.op]
}

function order(value: string | number | boolean, { type, value: other }: Literal): number {
  if (type === 'text') return Buffer.compare(Buffer.from(value as string), Buffer.from(other))
  if (type === 'time') return Date.parse(value as string) - Date.parse(other)
  return value < other ? -1 : value > other ? 1 : 0
}

/** Matches a pattern character by character, without a regular expression. */
function patternMatches(pattern: string, text: string): boolean {
  const [p, t] = [[...pattern], [...text]]
  const from = (i: number, j: number): boolean => {
    if (i === p.length) return j === t.length
    if (p[i] === '%') return from(i + 1, j) || (j < t.length && from(i, j + 1))
    if (p[i] === '_') return j < t.length && from(i + 1, j + 1)
    const escaped = p[i] === '\\' ? 1 : 0
    return j < t.length && p[i + escaped] === t[j] && from(i + escaped + 1, j + 1)
  }
  return from(0, 0)
}

/** Whether a shape touches a feature's geometry: a box or point, and a hexagon or point. */
function touches(shape: FilterShape, { geometry }: Feature): boolean {
  if (shape.type !== 'Box') throw new Error('only boxes here')
  if (geometry.type === 'Point') return isPointInBox(shape.box, geometry.coordinates)
  if (geometry.type === 'Polygon') return isConvexTouchingBox(geometry.coordinates[0]!, shape.box)
  throw new Error('no outlines here')
}
