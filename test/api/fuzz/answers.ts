/** Whether an answer is one that the OpenAPI document states. */
import { Ajv } from 'ajv'
import addFormats from 'ajv-formats'
import { Agent, request } from 'node:http'
import type { OpenApiDocument, OpenApiResponse } from '../../../apps/api/openapi/document-types.js'
import type { Schema } from '../../../apps/api/openapi/type-schema.js'
import type { Ask } from './requests.js'

export interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
  ms: number
}

const agent = new Agent({ keepAlive: true, maxSockets: 32 })

/** As it stands: no client corrects the address. */
export function send(root: string, ask: Ask): Promise<Answer> {
  const { method, url, headers, body } = ask
  const { hostname, port } = new URL(root)
  const began = performance.now()
  return new Promise((resolve, reject) => {
    const all = { ...headers, ...(body && { 'content-length': String(body.length) }) }
    const options = { hostname, port, path: url, method: method.toUpperCase(), headers: all, agent }
    const asking = request(options, (answer) => {
      const pieces: Buffer[] = []
      answer.on('data', (piece: Buffer) => pieces.push(piece))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          body: Buffer.concat(pieces),
          ms: performance.now() - began,
        }),
      )
    })
    asking.on('error', (error: NodeJS.ErrnoException) => {
      // The server closes a connection whose last body it refused to read; who comes next on it asks again.
      if (asking.reusedSocket && error.code === 'ECONNRESET') resolve(send(root, ask))
      else reject(error)
    })
    asking.end(body ?? undefined)
  })
}

/** Says what is wrong with an answer; null: nothing. */
export function judgeOf(document: OpenApiDocument): (ask: Ask, answer: Answer) => string | null {
  const [whole, sparse] = [ajvOf(forAjv(document)), ajvOf(forAjv(withoutRequired(document)))]
  const isSparse = ({ operation, url }: Ask) =>
    /[?&]fields=/.test(url) && operation.parameters.some(({ name }) => name === 'fields')
  return (ask, answer) => faultOf(document, isSparse(ask) ? sparse : whole, ask, answer)
}

function ajvOf(document: unknown): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: false, validateFormats: true })
  addFormats.default(ajv)
  ajv.addFormat('binary', true)
  ajv.addSchema(document as object, 'document')
  return ajv
}

/** Of whom only some `fields` are asked, none must be there. */
const withoutRequired = (document: OpenApiDocument): unknown =>
  JSON.parse(JSON.stringify(document), (name, value: unknown) =>
    name === 'required' && Array.isArray(value) ? undefined : value,
  )

function faultOf(document: OpenApiDocument, ajv: Ajv, ask: Ask, answer: Answer): string | null {
  const { status, headers, body } = answer
  const given = ask.operation.responses[String(status)]
  if (status >= 500 && !(status === 503 && given && headers['retry-after'])) return `answers ${status}`
  if (!given) return `answers ${status}, which is not documented`
  const [at, response] = resolved(document, ask, status, given)
  const types = Object.keys(response.content ?? {})
  if (types.length === 0) return body.length > 0 ? `${status} has a body` : null
  const type = String(headers['content-type'] ?? '').split(';')[0]!
  if (!types.includes(type)) return `${status} is "${type}", not ${types.join(' or ')}`
  if (!type.endsWith('json') || /ndjson|gzip/.test(type + String(headers['content-encoding'] ?? '')))
    return null
  if (response.content![type]!.schema.format === 'binary') return null
  return mistakeIn(ajv, `${at}/content/${escaped(type)}/schema`, body, status)
}

function mistakeIn(ajv: Ajv, pointer: string, body: Buffer, status: number): string | null {
  let value: unknown
  try {
    value = JSON.parse(body.toString())
  } catch {
    return `${status} is no JSON`
  }
  const validate = ajv.getSchema(`document#${pointer}`)!
  if (validate(value)) return null
  const { instancePath, message, params } = validate.errors![0]!
  return `${status} breaks its schema: ${instancePath.replace(/\d+/g, 'N')} ${message} ${JSON.stringify(params)}`
}

function resolved(
  document: OpenApiDocument,
  { path, method }: Ask,
  status: number,
  given: OpenApiResponse,
): [string, OpenApiResponse] {
  const name = given.$ref?.split('/').at(-1)
  return name
    ? [`/components/responses/${name}`, document.components.responses![name] as OpenApiResponse]
    : [`/paths/${escaped(path)}/${method}/responses/${status}`, given]
}

const escaped = (name: string) => encodeURIComponent(name.replace(/~/g, '~0').replace(/\//g, '~1'))

/** OpenAPI 3.0's `nullable` as JSON Schema says it; and no field that the document does not name. */
function forAjv(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(forAjv)
  if (value === null || typeof value !== 'object') return value
  const {
    nullable,
    example: _example,
    ...rest
  } = Object.fromEntries(Object.entries(value).map(([name, part]) => [name, forAjv(part)])) as Schema
  const isClosed =
    rest.type === 'object' && isSchemas(rest.properties) && rest.additionalProperties === undefined
  const closed = isClosed ? { ...rest, additionalProperties: false } : rest
  return nullable === true ? { anyOf: [{ type: 'null' }, closed] } : closed
}

/** A field may be called `properties` itself. */
const isSchemas = (properties: unknown) =>
  typeof properties === 'object' &&
  properties !== null &&
  !('type' in properties && typeof properties.type === 'string')
