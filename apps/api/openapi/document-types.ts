/** The parts of OpenAPI 3.0 that the document uses. */
import type { Schema } from './type-schema.js'

export interface Parameter {
  name: string
  in: 'path' | 'query'
  required?: boolean
  description?: string
  schema: Schema
  example?: unknown
}

export interface Media {
  schema: Schema
  example?: unknown
  examples?: Record<string, { summary?: string; value: unknown }>
}

export interface OpenApiResponse {
  $ref?: string
  description?: string
  headers?: Record<string, object>
  content?: Record<string, Media>
}

export interface Operation {
  operationId: string
  summary: string
  description?: string
  tags: string[]
  parameters: Parameter[]
  requestBody?: { required?: boolean; content: Record<string, Media> }
  responses: Record<string, OpenApiResponse>
  security?: Record<string, string[]>[]
}

export type Paths = Record<string, Record<string, Operation>>

export interface OpenApiDocument {
  openapi: string
  info: object
  servers: { url: string }[]
  tags: { name: string; description?: string }[]
  paths: Paths
  components: Record<string, Record<string, unknown>>
}
