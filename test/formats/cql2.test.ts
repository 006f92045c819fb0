import type { Column, FilterShape } from '#domain/feature'
import { MAX_FILTER_LENGTH, readCql2 } from '#formats/filter'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { anyFilter, textOf } from '../support/filters.js'

const COLUMNS: Column[] = (['text', 'integer', 'number', 'boolean', 'date', 'time'] as const).map((type) => ({
  name: `a_${type}`,
  type,
  about: '',
}))

const read = (text: string) => readCql2(text, COLUMNS)

const position = fc
  .tuple(fc.double({ min: -180, max: 180, noNaN: true }), fc.double({ min: -90, max: 90, noNaN: true }))
  .map(
    // Text has one zero.
    ([x, y]) => [x + 0, y + 0] as [number, number],
  )
const ring = fc.array(position, { minLength: 3, maxLength: 6 }).map((some) => [...some, some[0]!])
const rings = fc.array(ring, { minLength: 1, maxLength: 2 })
const shape: fc.Arbitrary<FilterShape> = fc.oneof(
  position.map((coordinates) => ({ type: 'Point' as const, coordinates })),
  fc.tuple(position, position).map(([[a, b], [c, d]]) => ({
    type: 'Box' as const,
    box: { west: Math.min(a, c), south: Math.min(b, d), east: Math.max(a, c), north: Math.max(b, d) },
  })),
  rings.map((coordinates) => ({ type: 'Polygon' as const, coordinates })),
  fc
    .array(rings, { minLength: 1, maxLength: 3 })
    .map((coordinates) => ({ type: 'MultiPolygon' as const, coordinates })),
)

test('what is written as text is read as it was', () => {
  const property = fc.property(anyFilter(COLUMNS, [], shape), (filter) => {
    fc.pre(textOf(filter).length <= MAX_FILTER_LENGTH)
    expect(read(textOf(filter))).toEqual({ filter })
  })
  fc.assert(property, { numRuns: 1_000, seed: 20261126 })
})

test('AND binds more than OR, NOT more than both, words in any case', () => {
  const [a, b, c] = ['a_integer = 1', 'a_integer = 2', 'a_integer = 3']
  for (const [text, same] of [
    [`${a} or ${b} and ${c}`, `${a} OR (${b} AND ${c})`],
    [`not ${a} and ${b}`, `(NOT ${a}) AND ${b}`],
    [`a_text not like 'x%'`, `NOT (a_text LIKE 'x%')`],
    [`a_text NOT IN ('x')`, `NOT (a_text IN ('x'))`],
    [`a_text IS NOT NULL`, `NOT (a_text IS NULL)`],
    [`a_integer NOT BETWEEN 1 AND 2 AND ${c}`, `(NOT (a_integer BETWEEN 1 AND 2)) AND ${c}`],
    [`T_AFTER(a_date, DATE('2026-01-01'))`, `a_date > DATE('2026-01-01')`],
    [`t_before(a_date,DATE('2026-01-01'))`, `a_date < DATE('2026-01-01')`],
    [
      `T_DURING(a_time, INTERVAL('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'))`,
      `a_time > TIMESTAMP('2026-01-01T00:00:00Z') AND a_time < TIMESTAMP('2026-02-01T00:00:00Z')`,
    ],
    [`T_INTERSECTS(a_date, INTERVAL('2026-01-01', '..'))`, `a_date >= DATE('2026-01-01')`],
  ] as const)
    expect([text, read(text)]).toEqual([text, read(same)])
})

describe('what is wrong is told with its position and what stands there', () => {
  test.each([
    ['', 1, 'end of filter'],
    ['a_integer', 10, 'comparison'],
    ['a_integer = ', 12, 'a number'],
    ["a_integer = 'x'", 13, 'a number'],
    ['a_integer = 1 a_integer = 2', 15, 'AND, OR or the end'],
    ['colour = 1', 1, 'found colour'],
    ['a_integer = 1 AND colour = 1', 19, 'a_text'],
    ['(a_integer = 1', 15, ')'],
    ["a_text = 'x", 10, "'x"],
    ['a_text = "x"', 10, "a text in '…'"],
    ["a_text LIKE 'x\\'", 13, 'does not end'],
    ["a_number LIKE 'x'", 10, 'no text'],
    ["a_date = DATE('2026-02-31')", 15, '2026-03-01'],
    ["a_date = '2026-02-01'", 10, 'DATE('],
    ["a_time = DATE('2026-02-01')", 10, 'TIMESTAMP('],
    ["a_time = TIMESTAMP('2026-02-01')", 20, 'a moment'],
    ["a_boolean = 'true'", 13, 'TRUE or FALSE'],
    ['a_integer IN ()', 15, 'a number'],
    ['a_integer; DROP TABLE probe', 10, ';'],
    ['S_INTERSECTS(a_text, POINT(1 2))', 14, 'geometry'],
    ['S_INTERSECTS(geometry, CIRCLE(1 2))', 24, 'BBOX'],
    ['S_INTERSECTS(geometry, BBOX(1, 2, 3))', 24, 'BBOX'],
    ['S_INTERSECTS(geometry, BBOX(2, 2, 1, 3))', 24, 'west <= east'],
    ['S_INTERSECTS(geometry, POLYGON((1 2, 3 4, 5 6, 7 8)))', 32, 'ends where it begins'],
    ['S_TOUCHES(geometry, POINT(1 2))', 1, 'S_INTERSECTS'],
    ["T_AFTER(a_text, DATE('2026-01-01'))", 1, 'no time'],
    ['a_number = 1e999', 12, 'a number'],
    [`${'('.repeat(40)}a_integer = 1${')'.repeat(40)}`, 34, '32'],
    [`${'NOT '.repeat(4_000)}a_integer = 1`.slice(-7_000), 2, ''],
    [`a_integer IN (${Array.from({ length: 501 }, () => 1).join()})`, 14, '500'],
  ])('%s', (text, position, words) => {
    const answer = read(text)
    expect(answer).toEqual({ reason: expect.stringContaining(words) })
    if (!text.startsWith('OT') && !text.includes('NOT NOT'))
      expect((answer as { reason: string }).reason).toContain(`position ${position}:`)
  })

  test('nothing that is thrown at it makes it fail', () => {
    const pieces = fc.constantFrom(
      ...` ( ) , = < > <> ' " NOT AND OR a_text a_date 1 -1.5e3 'x' NULL IS IN LIKE BETWEEN BBOX`.split(' '),
    )
    const noise = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(pieces, { maxLength: 30 }).map((some) => some.join(' ')),
    )
    fc.assert(
      fc.property(noise, (text) => {
        expect(Object.keys(read(text))).toHaveLength(1)
      }),
      { numRuns: 3_000, seed: 20261126 },
    )
  })

  test('a shape whose edges cross hundreds of times is refused: it would hold the database for a minute', () => {
    const star = (corners: number, step: number) => {
      const at = (i: number) => (((i % corners) * step * 2) / corners) * Math.PI
      const ring = Array.from(
        { length: corners + 1 },
        (_, i) => `${Math.cos(at(i)) * 3} ${Math.sin(at(i)) * 3}`,
      )
      return `POLYGON((${ring.join(', ')}))`
    }
    const of = (text: string) => read(`S_INTERSECTS(geometry, ${text})`)
    const refused = { reason: expect.stringContaining('edges cross') }
    expect(of(star(101, 50))).toEqual(refused)
    expect(of(star(101, 1))).toHaveProperty('filter')
    expect(of(star(15, 7))).toHaveProperty('filter')
    // Over itself, to and fro: no edge crosses properly.
    const comb = Array.from({ length: 60 }, (_, i) => `${i % 2 ? 10 + i : -i} 0`)
    expect(of(`POLYGON((${[...comb, comb[0]].join(', ')}))`)).toEqual(refused)
    // Rings that share a corner, and one that is only a point.
    expect(of('POLYGON((0 0, 9 0, 9 9, 0 0), (0 0, 3 1, 3 2, 0 0))')).toHaveProperty('filter')
    expect(of('POLYGON((0 0, 0 0, 0 0, 0 0))')).toHaveProperty('filter')
  })

  test('a filter that is too long is not read', () => {
    expect(read(' '.repeat(MAX_FILTER_LENGTH + 1))).toEqual({
      reason: expect.stringContaining('characters'),
    })
  })
})
