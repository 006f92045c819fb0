/** An answer of the server that refuses the request; `message` is the server's own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Code of a refusal that users can meet: the page makes a sentence from the code and `fields`. */
    readonly code: string | null = null,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** Makes the error from a response; `body` is problem+json, or anything else if a proxy answered. */
export function apiErrorOf(status: number, statusText: string, body: unknown): ApiError {
  const { detail, code, fields } = (body ?? {}) as Partial<Pick<ApiError, 'code' | 'fields'>> & {
    detail?: string
  }
  return new ApiError(status, detail ?? statusText, code ?? null, fields ?? {})
}
