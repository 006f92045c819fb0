import { type Sql, type SqlPart, type SqlValue, join, param, raw, sql } from '#store/database'
import fc from 'fast-check'
import { describe, expect, expectTypeOf, test } from 'vitest'

/** A fragment as a tree: a template with parts between its texts, text of our own, or a value with a type. */
type Tree =
  | { kind: 'template'; texts: string[]; parts: (Tree | { kind: 'value'; value: SqlValue })[] }
  | { kind: 'raw'; text: string }
  | { kind: 'param'; fragment: Sql; value: SqlValue; type: string }

const SQL_LIKE = ["'; DROP TABLE probe; --", '$1', ') OR true --', '/*', '"']

const anyValue: fc.Arbitrary<SqlValue> = fc.oneof(
  fc.constantFrom(...SQL_LIKE),
  fc.string(),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.array(fc.string(), { maxLength: 3 }),
)
const anyText = fc.constantFrom('', ' AND ', 'cell = ', 'SELECT 1 FROM probe WHERE ', '(', ')')

/** A `param` may stand at several places: one of a few is chosen each time. */
const treeWith = (params: Tree[]): fc.Arbitrary<Tree> =>
  fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      anyText.map((text): Tree => ({ kind: 'raw', text })),
      fc.constantFrom(...params),
      fc
        .array(
          fc.oneof(
            tie('tree'),
            anyValue.map((value) => ({ kind: 'value' as const, value })),
          ),
          {
            maxLength: 4,
          },
        )
        .chain((parts) =>
          fc
            .array(anyText, { minLength: parts.length + 1, maxLength: parts.length + 1 })
            .map((texts): Tree => ({ kind: 'template', texts, parts })),
        ),
    ),
  })).tree

const anyTree = fc
  .tuple(anyValue, anyValue)
  .map((values) =>
    values.map((value): Tree => ({ kind: 'param', fragment: param(value, 'text'), value, type: 'text' })),
  )
  .chain(treeWith)

const sqlOf = (tree: Tree): Sql => {
  if (tree.kind === 'raw') return raw(tree.text)
  if (tree.kind === 'param') return tree.fragment
  const parts = tree.parts.map((part): SqlPart => (part.kind === 'value' ? part.value : sqlOf(part)))
  return sql(Object.assign([...tree.texts], { raw: tree.texts }), ...parts)
}

/** The same written down naively: one walk from left to right that counts. */
function referenceOf(tree: Tree): { sql: string; parameters: unknown[] } {
  const parameters: unknown[] = []
  const numbers = new Map<Tree, number>()
  const walk = (node: Tree | { kind: 'value'; value: SqlValue }): string => {
    if (node.kind === 'raw') return node.text
    if (node.kind === 'value') return `$${parameters.push(node.value)}`
    if (node.kind === 'param') {
      if (!numbers.has(node)) numbers.set(node, parameters.push(node.value))
      return `$${numbers.get(node)}::${node.type}`
    }
    return node.texts.map((text, i) => text + (i < node.parts.length ? walk(node.parts[i]!) : '')).join('')
  }
  return { sql: walk(tree), parameters }
}

describe('sql', () => {
  test('any nesting gives the text and the parameters of a naive walk', () => {
    fc.assert(
      fc.property(anyTree, (tree) => {
        expect(sqlOf(tree).toStatement()).toEqual(referenceOf(tree))
      }),
      { numRuns: 1000 },
    )
  })

  test('a value that looks like SQL stays out of the text', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 3 }), fc.constantFrom(...SQL_LIKE), (noise, like) => {
        const value = `${like}${noise}`
        const fragment = sql`name = ${value}`
        const statement = sql`SELECT 1 WHERE ${fragment} AND x = ${param(value, 'text')}`.toStatement()
        expect(statement).toEqual({
          sql: 'SELECT 1 WHERE name = $1 AND x = $2::text',
          parameters: [value, value],
        })
      }),
    )
  })

  test('a param is bound once however often it is spliced; a plain value each time', () => {
    const run = param(7, 'integer')
    const valid = sql`first_run <= ${run} AND next_run > ${run}`
    expect(sql`${valid} OR ${valid} OR id = ${7} OR id = ${7}`.toStatement()).toEqual({
      sql: 'first_run <= $1::integer AND next_run > $1::integer OR first_run <= $1::integer AND next_run > $1::integer OR id = $2 OR id = $3',
      parameters: [7, 7, 7],
    })
  })

  test('pieces are joined with their values, none at all give nothing', () => {
    const pieces = [sql`a = ${1}`, raw('b'), sql`c = ${3}`]
    expect(join(pieces, ' AND ').toStatement()).toEqual({
      sql: 'a = $1 AND b AND c = $2',
      parameters: [1, 3],
    })
    expect(join([], ', ').toStatement()).toEqual({ sql: '', parameters: [] })
  })

  test('what is no value and no fragment does not compile', () => {
    expectTypeOf<string>().toExtend<SqlPart>()
    expectTypeOf<Sql>().toExtend<SqlPart>()
    // Text is no SQL: only `raw` makes it one.
    expectTypeOf<string>().not.toExtend<Sql>()
    expectTypeOf<readonly string[]>().not.toExtend<Parameters<typeof join>[0]>()
    // An object would be bound as whatever its toString says; JSON is made text first.
    expectTypeOf<{ cell: string }>().not.toExtend<SqlPart>()
    expectTypeOf<() => string>().not.toExtend<SqlPart>()
    expectTypeOf<undefined>().not.toExtend<SqlPart>()
    // What merely looks like a fragment is none.
    expectTypeOf<Pick<Sql, 'texts' | 'values' | 'toStatement'>>().not.toExtend<SqlPart>()
  })
})
