/** Requests with JSON bodies. */

export interface JsonAnswer<Body> {
  status: number
  headers: Headers
  text: string
  /** Parsed body; null if the answer is not JSON. */
  body: Body
}

export async function callJson<Body>(
  url: string,
  method: string,
  { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
): Promise<JsonAnswer<Body>> {
  const answer = await fetch(url, {
    method,
    headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await answer.text()
  const isJson = text !== '' && answer.headers.get('content-type')?.includes('json')
  return {
    status: answer.status,
    headers: answer.headers,
    text,
    body: (isJson ? JSON.parse(text) : null) as Body,
  }
}
