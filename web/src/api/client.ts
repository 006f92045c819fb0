/** The one way of asking the server: a client made of its OpenAPI document. */
import createClient from 'openapi-fetch'
import type { paths } from '../../../dist/openapi.d.ts'
import { apiErrorOf } from './api-error.js'

// `fetch` is looked up at each call: a test may put another in its place.
export const { GET, POST, PUT, PATCH, DELETE } = createClient<paths>({ fetch: (request) => fetch(request) })

/** As the client types it: it forgets how long an array is. */
type WithoutTupleLengths<T> = T extends readonly (infer Item)[]
  ? WithoutTupleLengths<Item>[]
  : T extends object
    ? { [Key in keyof T]: WithoutTupleLengths<T[Key]> }
    : T

/** The body of the response; throws an ApiError where the server refuses. */
export async function unwrapResponse<T>(
  request: Promise<{ data?: WithoutTupleLengths<T>; error?: unknown; response: Response }>,
): Promise<T> {
  const { data, error, response } = await request
  if (!response.ok) throw apiErrorOf(response.status, response.statusText, error)
  return data as T
}
