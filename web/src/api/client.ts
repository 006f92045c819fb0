/** The generated client of the server, typed by its OpenAPI document. All requests go through it. */
import createClient from 'openapi-fetch'
import type { paths } from '../../../dist/openapi.d.ts'
import { apiErrorOf } from './api-error.js'

export const { GET, POST, PUT, PATCH, DELETE } = createClient<paths>({
  // Relative to the page, because the server may be behind a proxy that adds a path prefix.
  baseUrl: '.',
  // `fetch` is looked up at each call, so that a test can replace it.
  fetch: (request) => fetch(request),
})

/** The type as the client gives it, which does not keep the lengths of tuples. */
type WithoutTupleLengths<T> = T extends readonly (infer Item)[]
  ? WithoutTupleLengths<Item>[]
  : T extends object
    ? { [Key in keyof T]: WithoutTupleLengths<T[Key]> }
    : T

/** The body of the response. Throws an ApiError if the server refused the request. */
export async function unwrapResponse<T>(
  request: Promise<{ data?: WithoutTupleLengths<T>; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await request
  if (!response.ok) throw apiErrorOf(response.status, response.statusText, error)
  return data as T
}
