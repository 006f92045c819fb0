/** The server answered, but not with what was asked for; `message` is its own sentence. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    /** Of the refusals that people meet most, and what they speak of: from these the page makes its own sentence. */
    readonly code: string | null = null,
    readonly fields: Readonly<Record<string, string>> = {},
  ) {
    super(message)
  }
}

/** Of an answer that may be a proxy's error page, and no problem+json. */
export function apiErrorOf(status: number, statusText: string, body: unknown): ApiError {
  const { detail, code, fields } = (body ?? {}) as Partial<Pick<ApiError, 'code' | 'fields'>> & {
    detail?: string
  }
  return new ApiError(status, detail ?? statusText, code ?? null, fields ?? {})
}
