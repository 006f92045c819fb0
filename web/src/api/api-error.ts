/** The server answered, but refused what was asked; `message` is its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Set for the refusals that people meet: the page makes its own sentence of the code and its fields. */
    readonly code: string | null = null,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** `body` is problem+json, or anything else where a proxy answered. */
export function apiErrorOf(status: number, statusText: string, body: unknown): ApiError {
  const { detail, code, fields } = (body ?? {}) as Partial<Pick<ApiError, 'code' | 'fields'>> & {
    detail?: string
  }
  return new ApiError(status, detail ?? statusText, code ?? null, fields ?? {})
}
