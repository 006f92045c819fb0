/**
 * The OpenAPI document. Nest describes addresses, parameters and bodies from their classes. The sources of each route add
 * its answers, refusals and rights; headers and the form of problem details are the same for all routes.
 */
import { RIGHTS, ROLES, type Right, isForPersons } from '#domain/account'
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger'
import type { INestApplication } from '@nestjs/common'
import { STATUS_CODES } from 'node:http'
import { limitParameter, perCollection } from './collections.js'
import type { OpenApiDocument, Operation, Parameter, Paths, OpenApiResponse } from './document-types.js'
import type { RouteHandler, Handlers } from './handlers.js'
import { BODY_EXAMPLES, exampleOf, pathParameter } from './parameters.js'
import { HEADERS, PROBLEMS, problemReference, responsesOf } from './responses.js'
import { type Schema, unitOf } from './type-schema.js'

export function documentOf(
  app: INestApplication,
  sources: Handlers,
  { version, guide }: { version: string; guide: string },
): OpenApiDocument {
  const base = new DocumentBuilder()
    .setTitle('Taghtiya')
    .setDescription(`${API_DESCRIPTION}\n\n${guide}`)
    .setVersion(version)
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    // Relative to `/api/openapi.json` and `/api/docs`, because a proxy may add a path prefix.
    .addServer('..')
    .addBearerAuth(
      { type: 'http', description: 'The token of a device. A device measures at its own site only.' },
      'device',
    )
    .addCookieAuth(
      'taghtiya_session',
      { type: 'apiKey', in: 'cookie', description: 'The session of a person: POST /api/v1/session.' },
      'session',
    )
    .addBearerAuth(
      {
        type: 'http',
        description: 'The API key of a program. It has a role, and never manages people or keys.',
      },
      'key',
    )
    .build()
  const nestDocument = SwaggerModule.createDocument(app, base, {
    operationIdFactory: (type, name) => `${type}.${name}`,
  })
  const paths = nestDocument.paths as unknown as Paths
  const faults: string[] = []
  for (const [path, operations] of Object.entries(paths))
    for (const [method, operation] of Object.entries(operations)) {
      const handler = sources.handlers.get(operation.operationId)
      if (handler) completeOperation({ path, method, operation, handler, faults })
      else faults.push(`${operation.operationId}: its controller is not among those of apps/api`)
    }
  const tags = tagsOf(paths, sources, faults)
  if (faults.length > 0) throw new Error(`The OpenAPI document is not complete:\n${faults.join('\n')}`)
  return withoutUnusedComponents({
    openapi: '3.0.3',
    info: nestDocument.info,
    servers: nestDocument.servers as { url: string }[],
    tags,
    paths: perCollection(paths),
    components: {
      securitySchemes: nestDocument.components!.securitySchemes as Record<string, unknown>,
      schemas: schemasOf(nestDocument, sources),
      responses: responsesOf(sources.problem),
      parameters: { limit: limitParameter(paths) },
      headers: HEADERS,
    },
  })
}

const API_DESCRIPTION = `Which networks reach a place, how well, how sure are we, since when, and who says so.

Speeds are in bit/s, latencies in ms, shares from 0 to 1, positions in degrees (WGS 84), times in UTC (RFC 3339).
Bodies may be gzipped (\`Content-Encoding\`). Lists are read in pages: \`next\`, also in the header \`Link\`, leads to the next page. Errors are problem details (RFC 9457).
Reading needs no account. Where an answer says \`simulated\`, its data are those of the demonstration country.`

interface RouteContext {
  path: string
  method: string
  operation: Operation
  handler: RouteHandler
  /** Faults of the document: facts that a reader needs and the sources lack. */
  faults: string[]
}

function completeOperation(route: RouteContext): void {
  const { path, operation, handler, faults } = route
  const [type, method] = operation.operationId.split('.') as [string, string]
  const noun = type.replace(/Controller$/, '')
  operation.operationId =
    noun.charAt(0).toLowerCase() + noun.slice(1) + method.charAt(0).toUpperCase() + method.slice(1)
  if (handler.summary === '') faults.push(`${type}.${method} needs a comment that says what it answers`)
  const missing = handler.query.filter(
    (name) => !operation.parameters.some((parameter) => parameter.name === name),
  )
  if (missing.length > 0)
    faults.push(`${type}.${method} takes ${missing.join(', ')}: their class must stand in a file *.dto.ts`)
  operation.summary = handler.summary
  operation.description = [handler.description, permissionTextOf(handler)].filter(Boolean).join(' ')
  operation.security = securityOf(handler)
  operation.parameters = parametersOf(path, operation, handler)
  completeBody(operation, handler)
  operation.responses = { ...declaredResponsesOf(route), ...problemResponsesOf(route) }
}

function permissionTextOf(handler: RouteHandler): string {
  const { right, acceptsDevice: device } = handler
  const person = right && personTextOf(right)
  const who = [person, acceptsKey(handler) && 'an API key of such a role', device && "a device's token"]
    .filter(Boolean)
    .join(', or ')
  return who && `For ${who}.`
}

function personTextOf(right: Right): string {
  const { roles } = RIGHTS[right]
  if (roles.length === ROLES.length) return 'a signed-in person'
  const isFromOneOn = roles.every((role, i) => role === ROLES[ROLES.length - roles.length + i])
  return isFromOneOn
    ? `a person with the role ${roles[0]} or a higher one`
    : `a person with one of the roles ${roles.join(', ')}`
}

const acceptsKey = ({ right }: RouteHandler): boolean => right !== null && !isForPersons(right)

const securityOf = (handler: RouteHandler): Record<string, string[]>[] => [
  ...(handler.right ? [{ session: [] }] : []),
  ...(acceptsKey(handler) ? [{ key: [] }] : []),
  ...(handler.acceptsDevice ? [{ device: [] }] : []),
]

/** The parameters that Nest found, with examples, and those that only the path names. */
function parametersOf(path: string, operation: Operation, handler: RouteHandler): Parameter[] {
  const inPath = [...path.matchAll(/{(\w+)}/g)].map(([, name]) => pathParameterOf(path, name!, handler))
  const inQuery = operation.parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => queryParameterOf(parameter, handler))
  return [...inPath, ...inQuery]
}

function pathParameterOf(path: string, name: string, { uuids, wholeNumbers }: RouteHandler): Parameter {
  const description = pathParameter(path, name)
  const base: Parameter = { name, in: 'path', required: true, schema: { type: 'string' }, ...description }
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
    // The body is text, whatever its lines contain.
    if (type !== 'application/json') media.schema = { type: 'string', format: 'binary' }
    const name = media.schema.$ref?.split('/').at(-1)
    const example = BODY_EXAMPLES[name ?? `${operation.operationId} ${type}`]
    if (example !== undefined) media.example = example
  }
}

/** The responses that decorators declare, completed by the type of the answer. */
function declaredResponsesOf({
  method,
  operation,
  handler,
  faults,
}: RouteContext): Record<string, OpenApiResponse> {
  const responses: Record<string, OpenApiResponse> = {}
  for (const [status, declared] of Object.entries(operation.responses))
    responses[status] = isSuccess(status)
      ? successOf(status, declared, handler, method === 'get')
      : PROBLEMS[Number(status)]
        ? problemReference(Number(status))
        : declared
  const isEmpty = Object.entries(responses).every(([status, { content }]) => status !== '204' && !content)
  if (isEmpty)
    faults.push(
      `${operation.operationId}: no type says what it returns, nor @ApiOkResponse({ content }) what it sends`,
    )
  if (handler.mayBeNothing) responses['204'] = { description: 'No content.' }
  if (method === 'get' && handler.answer) responses['304'] = { $ref: '#/components/responses/NotModified' }
  return responses
}

const isSuccess = (status: string) => status.startsWith('2')

function successOf(
  status: string,
  declared: OpenApiResponse,
  handler: RouteHandler,
  isRead: boolean,
): OpenApiResponse {
  const description = declared.description || STATUS_CODES[status]!
  const isFile = handler.answer?.format === 'binary' && declared.content
  if (!handler.answer || isFile) return { ...declared, description }
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
 * A body may be invalid JSON, too slow, too large, of an unsupported media type, or one too many (http/bodies, 503); a path
 * parameter may be too long; reading is limited by http/clients/rate-limit.ts.
 */
function problemResponsesOf({
  path,
  method,
  operation,
  handler,
}: RouteContext): Record<string, OpenApiResponse> {
  const statuses = new Set(handler.refusals)
  if (operation.requestBody) for (const status of [400, 408, 413, 415]) statuses.add(status)
  // The database may be away whatever is asked.
  if (path !== '/health/live') statuses.add(503)
  if (path.includes('{')) for (const status of [404, 414]) statuses.add(status)
  if (operation.parameters.length > 0) statuses.add(400)
  if (handler.isThrottled || (method === 'get' && /^\/(api\/v1|ogc)\b/.test(path))) statuses.add(429)
  return Object.fromEntries(
    [...statuses].toSorted().map((status) => [String(status), problemReference(status)]),
  )
}

/** The schemas of answers come from the sources, those of bodies from the decorators that Nest reads. */
function schemasOf(nestDocument: OpenAPIObject, { components, handlers }: Handlers): Record<string, Schema> {
  const wholeNumbers = new Set([...handlers.values()].flatMap((handler) => [...handler.wholeNumbers]))
  const bodies = (nestDocument.components?.schemas ?? {}) as Record<string, Schema>
  for (const body of Object.values(bodies))
    for (const [name, field] of Object.entries(body.properties ?? {}))
      if (field.type === 'number' && wholeNumbers.has(name)) field.type = 'integer'
  for (const body of Object.values(bodies)) addNullsAndUnits(body)
  return { ...bodies, ...components }
}

/** Adds null to the values of nullable enums, which Nest omits, and the units that the names of fields end with. */
function addNullsAndUnits({ properties = {} }: Schema): void {
  for (const [name, field] of Object.entries(properties)) {
    // The list is copied, because another field that is not nullable may share it.
    if (field.nullable && field.enum && !field.enum.includes(null)) field.enum = [...field.enum, null]
    if (!field.description && unitOf(name)) field.description = unitOf(name)
  }
}

function tagsOf(paths: Paths, { tags }: Handlers, faults: string[]): OpenApiDocument['tags'] {
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods))
  const names = new Set(operations.flatMap((operation) => operation.tags))
  return [...names].map((name) => {
    const description = tags.get(name)
    if (!description)
      faults.push(`a controller of the tag "${name}" needs a comment that says what it is about`)
    return { name, description: description ?? '' }
  })
}

/** Removes the components that nothing refers to, repeatedly, because a removed one may be the only one to refer to another. */
function withoutUnusedComponents(document: OpenApiDocument): OpenApiDocument {
  const text = JSON.stringify(document)
  const unused = Object.entries(document.components)
    .filter(([kind]) => kind !== 'securitySchemes')
    .flatMap(([kind, parts]) => Object.keys(parts).map((name) => [kind, name] as const))
    .filter(([kind, name]) => !text.includes(`"#/components/${kind}/${name}"`))
  for (const [kind, name] of unused) delete document.components[kind]![name]
  return unused.length > 0 ? withoutUnusedComponents(document) : document
}
