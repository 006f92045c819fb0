/** Requests made from the OpenAPI document: what it allows, its edges, and what it forbids. */
import fc from 'fast-check'
import { gzipSync } from 'node:zlib'
import type { OpenApiDocument, Operation, Parameter } from '../../../apps/api/openapi/document-types.js'
import { BROKEN, type Body, CURSORS, EXTRA, HARMLESS, NASTY, RAW, VALUES, bytesOf } from './odd-values.js'

export interface Ask {
  operation: Operation
  /** As in the document. */
  path: string
  method: string
  url: string
  headers: Record<string, string>
  body: Buffer | null
}

export interface Pools {
  /** Values that exist, by `before/name` as in a path, or by name. */
  known: Record<string, readonly string[]>
  /** What stands together, by its part of a path: `{z}/{x}/{file}` of a tile that has something. */
  together: Record<string, readonly string[]>
  /** Bodies that are taken, by operation. */
  bodies: Record<string, readonly object[]>
  /** Headers of those who ask. */
  callers: readonly Record<string, string>[]
}

export function asks(document: OpenApiDocument, pools: Pools): fc.Arbitrary<Ask> {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({
      weight: RARE.has(operation.operationId) ? 1 : 8,
      arbitrary: askOf({ path, method, operation }, pools, document),
    })),
  )
  return fc.oneof(...routes)
}

/** Each reads or writes a whole country. */
const RARE = new Set(['exportFile', 'exportDescription', 'runsClassify', 'budgetAllocate'])

interface Route {
  path: string
  method: string
  operation: Operation
}

const askOf = (route: Route, pools: Pools, document: OpenApiDocument): fc.Arbitrary<Ask> =>
  fc.oneof(
    { weight: 2, arbitrary: carelessAsk(route, pools, document) },
    { weight: 1, arbitrary: rightAsk(route, pools) },
  )

/** Right in each part: what lies behind the first checks is reached. */
function rightAsk({ path, method, operation }: Route, pools: Pools): fc.Arbitrary<Ask> {
  const right = (one: Parameter) => rightValue(one, knownOf(path, one.name, pools)).map(encodeURIComponent)
  const inQuery = operation.parameters.filter((one) => one.in === 'query')
  const some = fc.subarray(
    inQuery.filter(({ required }) => !required),
    { maxLength: Math.min(MOST_ASKED, inQuery.filter(({ required }) => !required).length) },
  )
  const query = some
    .map((chosen) => [...inQuery.filter(({ required }) => required), ...chosen])
    .chain((all) => fc.tuple(...all.map((one) => right(one).map((value) => `${one.name}=${value}`))))
    .map((pairs) => (pairs.length > 0 ? `?${pairs.join('&')}` : ''))
  return fc
    .record({
      address: rightAddress(path, operation, pools),
      query,
      caller: path === '/api/v1/session' ? fc.constant({}) : fc.constantFrom(...pools.callers),
      extra: fc.oneof(
        { weight: 4, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom(...HARMLESS) },
      ),
      body: operation.requestBody ? rightBody(operation, pools) : fc.constant(null),
    })
    .map(({ address, query: asked, caller, extra, body }) => {
      const headers = { ...caller, ...extra, ...body?.headers }
      return { operation, path, method, url: address + asked, headers, body: body?.bytes ?? null }
    })
}

/** Of parameters that may be left out. */
const MOST_ASKED = 3

function rightAddress(path: string, { parameters }: Operation, pools: Pools): fc.Arbitrary<string> {
  const part = Object.keys(pools.together).find((template) => path.includes(template))
  const begun = part
    ? fc.constantFrom(...pools.together[part]!).map((text) => path.replace(part, text))
    : fc.constant(path)
  const own = parameters.filter((one) => one.in === 'path' && !part?.includes(`{${one.name}}`))
  const values = fc.tuple(
    ...own.map((one) => rightValue(one, knownOf(path, one.name, pools)).map(encodeURIComponent)),
  )
  return fc
    .tuple(begun, values)
    .map(([text, all]) => own.reduce((filled, { name }, i) => filled.replace(`{${name}}`, all[i]!), text))
}

/** What a list has only once gets a name of its own. */
function rightBody({ operationId, requestBody }: Operation, { bodies, known }: Pools): fc.Arbitrary<Body> {
  const media = Object.entries(requestBody!.content)
  return fc.constantFrom(...media).chain(([type, { example = {} }]) => {
    if (typeof example === 'string') return fc.constant(bytesOf(type, example))
    const wholes = bodies[operationId] ?? [example as object]
    return fc
      .record({ whole: fc.constantFrom(...wholes), n: fc.nat(1e9), isNew: fc.boolean(), id: fc.uuid() })
      .chain(({ whole, n, isNew, id }): fc.Arbitrary<unknown> => {
        if (Array.isArray(whole)) return fc.constant(whole.map((one: object) => ({ ...one, id })))
        const given = whole as Record<string, unknown>
        const fresh = isNew && bodies[operationId] === undefined
        const own = Object.fromEntries(
          Object.entries(given).map(([name, value]) =>
            fresh && ['code', 'name'].includes(name) ? [name, `${String(value)}-${n}`] : [name, value],
          ),
        )
        const found = Object.keys(given).filter((name) => !fresh && known[name]?.length)
        return fc
          .record(Object.fromEntries(found.map((name) => [name, fc.constantFrom(...known[name]!)])))
          .map((values) => ({ ...own, ...values }))
      })
      .map((value) => bytesOf(type, JSON.stringify(value)))
  })
}

function carelessAsk(
  { path, method, operation }: Route,
  pools: Pools,
  document: OpenApiDocument,
): fc.Arbitrary<Ask> {
  const inPath = operation.parameters.filter((one) => one.in === 'path')
  const inQuery = operation.parameters.filter((one) => one.in === 'query')
  return fc
    .record({
      segments: fc.tuple(...inPath.map((one) => segment(path, one, pools))),
      query: queryOf(path, inQuery, pools),
      // The callers' sessions have to last.
      caller: path === '/api/v1/session' ? fc.constant({}) : fc.constantFrom(...pools.callers),
      extra: fc.oneof(
        { weight: 12, arbitrary: fc.constant({}) },
        { weight: 1, arbitrary: fc.constantFrom(...EXTRA) },
      ),
      body: operation.requestBody ? bodyOf(operation, document, pools) : fc.constant(null),
    })
    .map(({ segments, query, caller, extra, body }) => {
      const filled = inPath.reduce((text, { name }, i) => text.replace(`{${name}}`, segments[i]!), path)
      const headers = { ...caller, ...extra, ...body?.headers }
      return { operation, path, method, url: filled + query, headers, body: body?.bytes ?? null }
    })
}

const knownOf = (path: string, name: string, { known }: Pools): readonly string[] => {
  const parts = path.split('/')
  const before = parts[parts.indexOf(`{${name}}`) - 1]?.replace(/[{}]/g, '')
  return known[`${path} ${name}`] ?? known[`${before}/${name}`] ?? known[name] ?? []
}

/** An empty segment is another address. */
function segment(path: string, parameter: Parameter, pools: Pools): fc.Arbitrary<string> {
  const right = rightValue(parameter, knownOf(path, parameter.name, pools)).map(encodeURIComponent)
  const wrong = fc.constantFrom(...NASTY.filter((text) => text !== '')).map(encodeURIComponent)
  return fc.oneof(
    { weight: 8, arbitrary: right },
    { weight: 2, arbitrary: wrong },
    { weight: 1, arbitrary: fc.constantFrom(...RAW) },
  )
}

function rightValue({ schema, example }: Parameter, known: readonly string[]): fc.Arbitrary<string> {
  const values = [...known, ...(schema.enum ?? []), ...(example === undefined ? [] : [example])].map(String)
  const edges = [schema.minimum, schema.maximum, schema.default]
    .filter((edge) => edge !== undefined)
    .map(String)
  const whole = schema.type === 'integer' ? [fc.integer({ min: 1, max: 40 }).map(String)] : []
  const sources = [...(values.length > 0 ? [fc.constantFrom(...values)] : []), ...whole]
  if (edges.length > 0) sources.push(fc.constantFrom(...edges))
  return sources.length > 0 ? fc.oneof(...sources) : fc.constantFrom('a', 'abc')
}

type Pair = string

function queryOf(path: string, parameters: readonly Parameter[], pools: Pools): fc.Arbitrary<string> {
  const pairs = parameters.map((one) => pairsOf(one, knownOf(path, one.name, pools)))
  return fc
    .tuple(
      fc.tuple(...pairs),
      fc.oneof({ weight: 15, arbitrary: fc.constant<Pair[]>([]) }, { weight: 1, arbitrary: UNKNOWN }),
    )
    .map(([some, unknown]) => {
      const all = [...some.flat(), ...unknown]
      return all.length > 0 ? `?${all.join('&')}` : ''
    })
}

const UNKNOWN: fc.Arbitrary<Pair[]> = fc.constantFrom(
  ['unknown=1'],
  ['__proto__=1'],
  ['constructor[prototype]=1'],
  ['='],
  ['&&'],
  ['%=%'],
  ['a[]=1', 'a[]=2'],
)

/** Left out, right, wrong, twice, or with a bracket. */
function pairsOf(parameter: Parameter, known: readonly string[]): fc.Arbitrary<Pair[]> {
  const { name, required } = parameter
  const pair = (text: string) => `${encodeURIComponent(name)}=${encodeURIComponent(text)}`
  const right = rightValue(parameter, known)
  const nasty = name === 'cursor' ? [...CURSORS, ...NASTY] : NASTY
  return fc.oneof(
    { weight: required ? 1 : 16, arbitrary: fc.constant<Pair[]>([]) },
    { weight: required ? 16 : 6, arbitrary: right.map((text) => [pair(text)]) },
    { weight: 2, arbitrary: fc.constantFrom(...nasty).map((text) => [pair(text)]) },
    { weight: 1, arbitrary: fc.tuple(right, right).map(([a, b]) => [pair(a), pair(b)]) },
    { weight: 1, arbitrary: fc.constantFrom(...RAW).map((raw) => [`${encodeURIComponent(name)}=${raw}`]) },
    {
      weight: 1,
      arbitrary: right.map((text) => [`${encodeURIComponent(name)}[a]=${encodeURIComponent(text)}`]),
    },
  )
}

function bodyOf({ requestBody }: Operation, document: OpenApiDocument, { known }: Pools): fc.Arbitrary<Body> {
  const media = Object.entries(requestBody!.content)
  const own = fc.constantFrom(...media).chain(([type, { schema, example }]) => {
    const given = example ?? {}
    if (typeof given === 'string') return fc.constant(bytesOf(type, given))
    const whole: unknown = Array.isArray(given) ? given[0] : given
    const names = Object.keys(propertiesOf(schema.$ref, document) ?? (whole as object))
    return mutated(whole as Record<string, unknown>, names, known).map((value) =>
      bytesOf(type, JSON.stringify(value)),
    )
  })
  return fc.oneof(
    { weight: 10, arbitrary: own },
    {
      weight: 1,
      arbitrary: own.map(({ headers, bytes }) => ({
        headers: { ...headers, 'content-encoding': 'gzip' },
        bytes: gzipSync(bytes),
      })),
    },
    { weight: 2, arbitrary: fc.constantFrom(...BROKEN) },
  )
}

function propertiesOf(ref: string | undefined, document: OpenApiDocument): object | undefined {
  const schemas = document.components.schemas as Record<string, { properties?: object }>
  return ref ? schemas[ref.split('/').at(-1)!]?.properties : undefined
}

function mutated(
  whole: Record<string, unknown>,
  names: readonly string[],
  known: Pools['known'],
): fc.Arbitrary<unknown> {
  const value = fc.oneof(fc.constantFrom(...VALUES), fc.jsonValue({ maxDepth: 2 }))
  const one = names.length > 0 ? fc.constantFrom(...names) : fc.constant('name')
  const existing = names.filter((name) => typeof whole[name] === 'string' && known[name]?.length)
  const values = fc.record(
    Object.fromEntries(existing.map((name) => [name, fc.constantFrom(...known[name]!)])),
  )
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant(whole) },
    { weight: existing.length > 0 ? 4 : 0, arbitrary: values.map((some) => ({ ...whole, ...some })) },
    { weight: 5, arbitrary: fc.tuple(one, value).map(([name, v]) => ({ ...whole, [name]: v })) },
    {
      weight: 2,
      arbitrary: one.map((name) => Object.fromEntries(Object.entries(whole).filter(([key]) => key !== name))),
    },
    { weight: 1, arbitrary: value.map((v) => ({ ...whole, unknown: v })) },
    { weight: 1, arbitrary: fc.uuid().map((id) => ({ ...whole, id })) },
    { weight: 1, arbitrary: value },
  )
}
