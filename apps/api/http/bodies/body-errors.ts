/** The errors with which a body is refused. Each carries the status of the answer. */
import { MAX_NESTING } from '#formats/file'

export class BodyTooLargeError extends Error {
  readonly statusCode = 413
  constructor() {
    super('body too large; records already accepted were stored; send the rest in smaller requests')
  }
}

export class InvalidGzipError extends Error {
  readonly statusCode = 400
  constructor() {
    super('the body is not valid gzip, although content-encoding says so')
  }
}

export class NestingTooDeepError extends Error {
  readonly statusCode = 400
  constructor(levels = MAX_NESTING) {
    super(`the body is nested deeper than ${levels} levels: the request was rejected`)
  }
}

export class UnsupportedContentError extends Error {
  readonly statusCode = 415
  constructor(what: string) {
    super(`unsupported ${what}`)
  }
}

export class SlowBodyError extends Error {
  readonly statusCode = 408
  constructor() {
    super('the body did not arrive in time')
  }
}

/** Ends the reading of a body whose client is gone. It is never answered. */
export class ClientGoneError extends Error {
  readonly statusCode = 400
  constructor() {
    super('the client went away')
  }
}

export const BUSY_RETRY_AFTER_S = 5

/** Refuses a body because all bodies together are too large. The reply needs `Retry-After`. */
export class TooManyBodiesError extends Error {
  readonly statusCode = 503
  constructor() {
    super(`the server is receiving too much data: retry in ${BUSY_RETRY_AFTER_S} s`)
  }
}
