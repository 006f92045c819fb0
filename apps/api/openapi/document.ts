/**
 * The OpenAPI document: Nest's own (addresses, parameters and bodies, from their classes), completed by what the sources
 * say of each route (answers, refusals, who may) and by what is the same for all (headers, the shape of a problem).
 */
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import type { INestApplication } from '@nestjs/common'
import { STATUS_CODES } from 'node:http'
import { limitParameter, perCollection } from './collections.js'
import type { OpenApiDocument, Operation, Parameter, Paths, OpenApiResponse } from './document-types.js'
import type { RouteHandler, Handlers } from './handlers.js'
import { BODY_EXAMPLES, exampleOf, pathParameter } from './parameters.js'
import { type Schema, unitOf } from './type-schema.js'

export function documentOf(
  app: INestApplication,
  about: Handlers,
  { version, guide }: { version: string; guide: string },
): OpenApiDocument {
  const base = new DocumentBuilder()
    .setTitle('Taghtiya')
    .setDescription(`${API_DESCRIPTION}\n\n${guide}`)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer('/')
    .addBearerAuth({ type: 'http', description: 'The token of a device: it speaks for its site.' }, 'device')
    .addCookieAuth(
      'taghtiya_session',
      { type: 'apiKey', in: 'cookie', description: 'Of a person: POST /api/v1/session.' },
      'session',
    )
    .build()
  const found = SwaggerModule.createDocument(app, base, {
    operationIdFactory: (type, name) => `${type}.${name}`,
  })
  const paths = found.paths as unknown as Paths
  const faults: string[] = []
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const handler = about.handlers.get(operation.operationId)
      if (handler) completeOperation({ path, method, operation, handler, faults })
      else faults.push(`${operation.operationId}: its controller is not among those of apps/api`)
    }
  const tags = tagsOf(paths, about, faults)
  if (faults.length > 0) throw new Error(`The OpenAPI document is not complete:\n${faults.join('\n')}`)
  return withoutUnusedComponents({
    openapi: '3.0.3',
    info: found.info,
    servers: found.servers as { url: string }[],
    tags,
    paths: perCollection(paths),
    components: {
      securitySchemes: found.components!.securitySchemes as Record<string, unknown>,
      schemas: schemasOf(found, about),
      responses: responsesOf(about.problem),
      parameters: { limit: limitParameter(paths) },
      headers: HEADERS,
    },
  })
}

const API_DESCRIPTION = `Which networks reach a place, how well, how sure are we, since when, and who says so.

Speeds are in bit/s, latencies in ms, shares from 0 to 1, positions in degrees (WGS 84), moments in UTC (RFC 3339).
Bodies may be packed with gzip (\`Content-Encoding\`). Lists are read by pages: \`next\`, also in the header \`Link\`, leads on. Errors are problem+json (RFC 9457).
Reading needs no account. Where an answer says \`simulated\`, it is of the demonstration country.`

interface RouteContext {
  path: string
  method: string
  operation: Operation
  handler: RouteHandler
  /** What the sources do not say and a reader needs. */
  faults: string[]
}

function completeOperation(route: RouteContext): void {
  const { path, operation, handler, faults } = route
  const [type, method] = operation.operationId.split('.') as [string, string]
  const noun = type.replace(/Controller$/, '')
  operation.operationId =
    noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1)
  if (handler.summary === '') faults.push(`${type}.${method} needs a comment that says what it answers`)
  const missing = handler.query.filter((name) => !operation.parameters.some((one) => one.name === name))
  if (missing.length > 0)
    faults.push(`${type}.${method} takes ${missing.join(', ')}: their class must stand in a file *.dto.ts`)
  operation.summary = handler.summary
  operation.description = [handler.description, permissionTextOf(handler)].filter(Boolean).join(' ')
  operation.security = securityOf(handler)
  operation.parameters = parametersOf(path, operation, handler)
  completeBody(operation, handler)
  operation.responses = { ...declaredResponsesOf(route), ...problemResponsesOf(route) }
}

function permissionTextOf({ role, acceptsDevice: device }: RouteHandler): string {
  const person =
    role === 'public' ? 'a signed-in person' : role && `a person with the role ${role} or a higher one`
  const who = [person, device && "a device's token"].filter(Boolean).join(', or ')
  return who && `For ${who}.`
}

const securityOf = ({ role, acceptsDevice: device }: RouteHandler): Record<string, string[]>[] => [
  ...(role ? [{ session: [] }] : []),
  ...(device ? [{ device: [] }] : []),
]

/** Those that Nest knows, with examples; and of the path those that only the address names. */
function parametersOf(path: string, operation: Operation, handler: RouteHandler): Parameter[] {
  const known = operation.parameters
  const inPath = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => pathParameterOf(path, name!, handler))
  const inQuery = known.filter((one) => one.in === 'query').map((one) => queryParameterOf(one, handler))
  return [...inPath, ...inQuery]
}

function pathParameterOf(path: string, name: string, { uuids, wholeNumbers }: RouteHandler): Parameter {
  const known = pathParameter(path, name)
  const base: Parameter = { name, in: 'path', required: true, schema: { type: 'string' }, ...known }
  if (uuids.has(name)) return { ...base, schema: { type: 'string', format: 'uuid' }, example: UUID }
  if (wholeNumbers.has(name)) return { ...base, schema: { type: 'integer' }, example: 1 }
  return base
}

const UUID = '7f2c1c1e-6a53-4a7e-9a43-0d0b6b1f2a11'

function queryParameterOf(parameter: Parameter, { wholeNumbers }: RouteHandler): Parameter {
  const schema = { ...parameter.schema }
  schema.type = wholeNumbers.has(parameter.name) ? 'integer' : (schema.type ?? 'string')
  const example = parameter.example ?? schema.example ?? exampleOf(parameter.name, schema)
  delete schema.example
  return { ...parameter, schema, ...(example !== undefined && { example }) }
}

function completeBody(operation: Operation, { body }: RouteHandler): void {
  const schema = operation.requestBody?.content['application/json']?.schema
  if (body && (!schema?.$ref || schema.type === 'object'))
    operation.requestBody = { required: true, content: { 'application/json': { schema: body } } }
  for (const [type, media] of Object.entries(operation.requestBody?.content ?? {})) {
    // Text, whatever its lines hold.
    if (type !== 'application/json') media.schema = { type: 'string', format: 'binary' }
    const name = media.schema.$ref?.split('/').at(-1)
    const example = BODY_EXAMPLES[name ?? `${operation.operationId} ${type}`]
    if (example !== undefined) media.example = example
  }
}

/** What Nest was told of an answer by hand stays; what its type says is added. */
function declaredResponsesOf({
  method,
  operation,
  handler,
  faults,
}: RouteContext): Record<string, OpenApiResponse> {
  const answers: Record<string, OpenApiResponse> = {}
  for (const [status, given] of Object.entries(operation.responses))
    answers[status] = isSuccess(status)
      ? successOf(status, given, handler, method === 'get')
      : PROBLEMS[Number(status)]
        ? problemReference(Number(status))
        : given
  const isEmpty = Object.entries(answers).every(([status, one]) => status !== '204' && !one.content)
  if (isEmpty)
    faults.push(
      `${operation.operationId}: no type says what it returns, nor @ApiOkResponse({ content }) what it sends`,
    )
  if (handler.mayBeNothing) answers['204'] = { description: 'Nothing to tell.' }
  if (method === 'get' && handler.answer) answers['304'] = { $ref: '#/components/responses/NotModified' }
  return answers
}

const isSuccess = (status: string) => status.startsWith('2')

function successOf(
  status: string,
  given: OpenApiResponse,
  handler: RouteHandler,
  isRead: boolean,
): OpenApiResponse {
  const description = given.description || STATUS_CODES[status]!
  const isFile = handler.answer?.format === 'binary' && given.content
  if (!handler.answer || isFile) return { ...given, description }
  const type = handler.mediaType ?? (handler.answer.type === 'string' ? 'text/plain' : 'application/json')
  return {
    description,
    headers: {
      ...(isRead && { ETag: { $ref: '#/components/headers/ETag' } }),
      ...(handler.isPage && { Link: { $ref: '#/components/headers/Link' } }),
    },
    content: { [type]: { schema: handler.answer } },
  }
}

/**
 * A body may be too large, of a kind that is not taken, or no JSON; an address too long names nothing; who reads too often
 * waits (http/reader-limit.ts).
 */
function problemResponsesOf({
  path,
  method,
  operation,
  handler,
}: RouteContext): Record<string, OpenApiResponse> {
  const statuses = new Set(handler.refusals)
  if (operation.requestBody) for (const status of [400, 413, 415]) statuses.add(status)
  if (path.includes('{')) for (const status of [404, 414]) statuses.add(status)
  if (operation.parameters.length > 0) statuses.add(400)
  if (handler.isThrottled || (method === 'get' && /^\/(api\/v1|ogc)\b/.test(path))) statuses.add(429)
  return Object.fromEntries(
    [...statuses].toSorted().map((status) => [String(status), problemReference(status)]),
  )
}

const problemReference = (status: number): OpenApiResponse => ({
  $ref: `#/components/responses/${PROBLEMS[status]!.name}`,
})

const PROBLEMS: Record<number, { name: string; description: string; detail: string }> = {
  400: {
    name: 'Malformed',
    description: 'The request is not well formed; `detail` names the field and its value.',
    detail: 'bbox must be west,south,east,north in degrees; it is "here"',
  },
  401: {
    name: 'NotSignedIn',
    description: 'Nobody is signed in, or the token is not known.',
    detail: 'Sign in first: POST /api/v1/session',
  },
  403: {
    name: 'NotAllowed',
    description: 'The role does not allow it.',
    detail: 'This needs the role planner; omar is public.',
  },
  404: {
    name: 'NotFound',
    description: 'What the address names does not exist.',
    detail: 'no area has the code "99"',
  },
  409: { name: 'Conflict', description: 'It contradicts what is there.', detail: 'name "leila" is taken' },
  410: { name: 'Gone', description: 'It was there and is no more.', detail: 'the link has ended' },
  413: {
    name: 'TooLarge',
    description: 'The body is too large.',
    detail: 'the body is too large: probes accepted so far stay accepted; send the rest in smaller bodies',
  },
  414: {
    name: 'TooLong',
    description: 'A part of the address is too long to name anything.',
    detail: 'the address is too long',
  },
  415: {
    name: 'NotTaken',
    description: 'Bodies of this type or packing are not taken here.',
    detail: 'content-encoding br is not taken here',
  },
  416: {
    name: 'OutOfRange',
    description:
      'Nothing of the part that was asked for lies in the file; `Content-Range` says how long it is.',
    detail: 'range is "bytes=900-": the file has 800 bytes',
  },
  422: {
    name: 'Refused',
    description: 'Well formed, and refused by a rule; `detail` says which.',
    detail: 'threshold 5 must lie between 256000 and 1000000000',
  },
  429: {
    name: 'TooMany',
    description: 'Too many requests or tries; `Retry-After` says how long to wait.',
    detail: 'Too many tries: wait a minute.',
  },
  503: {
    name: 'NotNow',
    description: 'Not now; `Retry-After` says when.',
    detail: 'too many tests run: try again in a minute',
  },
}

function responsesOf(problem: Schema): Record<string, OpenApiResponse> {
  const waits = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
  const refusals = Object.entries(PROBLEMS).map(([status, { name, description, detail }]) => {
    const example = { type: 'about:blank', title: STATUS_CODES[status]!, status: Number(status), detail }
    const headers = ['429', '503'].includes(status) && { headers: waits }
    return [
      name,
      { description, ...headers, content: { 'application/problem+json': { schema: problem, example } } },
    ]
  })
  return {
    NotModified: { description: 'What `If-None-Match` names is still so.' },
    ...(Object.fromEntries(refusals) as Record<string, OpenApiResponse>),
  }
}

const HEADERS = {
  ETag: {
    description: 'For `If-None-Match`: an answer that did not change is 304.',
    schema: { type: 'string' },
  },
  Link: {
    description: 'The next page, with `rel="next"`; none on the last.',
    schema: { type: 'string' },
    example: '</api/v1/cells?limit=100&cursor=NjEz>; rel="next"',
  },
  RetryAfter: { description: 'Seconds.', schema: { type: 'integer', minimum: 0 }, example: 60 },
}

/** Answers are of the sources; of bodies Nest knows what their decorators ask for. */
function schemasOf(found: OpenAPIObject, { components, handlers }: Handlers): Record<string, Schema> {
  const wholeNumbers = new Set([...handlers.values()].flatMap((handler) => [...handler.wholeNumbers]))
  const bodies = (found.components?.schemas ?? {}) as Record<string, Schema>
  for (const body of Object.values(bodies))
    for (const [name, field] of Object.entries(body.properties ?? {}))
      if (field.type === 'number' && wholeNumbers.has(name)) field.type = 'integer'
  for (const body of Object.values(bodies)) addNullsAndUnits(body)
  return { ...bodies, ...components }
}

/** Nest says that a field may be null and forgets it among its values; and names carry their units. */
function addNullsAndUnits({ properties = {} }: Schema): void {
  for (const [name, field] of Object.entries(properties)) {
    // Another field, which may not be null, may have the very same list.
    if (field.nullable && field.enum && !field.enum.includes(null)) field.enum = [...field.enum, null]
    if (!field.description && unitOf(name)) field.description = unitOf(name)
  }
}

function tagsOf(paths: Paths, { tags }: Handlers, faults: string[]): OpenApiDocument['tags'] {
  const operations = Object.values(paths).flatMap((one) => Object.values(one))
  const names = new Set(operations.flatMap((operation) => operation.tags))
  return [...names].map((name) => {
    const description = tags.get(name)
    if (!description)
      faults.push(`a controller of the tag "${name}" needs a comment that says what it is about`)
    return { name, description: description ?? '' }
  })
}

/** Without components that nothing speaks of; what only such a one speaks of goes with it. */
function withoutUnusedComponents(document: OpenApiDocument): OpenApiDocument {
  const text = JSON.stringify(document)
  const idle = Object.entries(document.components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, parts]) => Object.keys(parts).map((name) => [kind, name] as const))
    .filter(([kind, name]) => !text.includes(`"#/components/${kind}/${name}"`))
  for (const [kind, name] of idle) delete document.components[kind]![name]
  return idle.length > 0 ? withoutUnusedComponents(document) : document
}
