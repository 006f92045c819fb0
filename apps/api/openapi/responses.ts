/** Responses and headers that all routes share: components of the OpenAPI document. */
import { STATUS_CODES } from 'node:http'
import type { OpenApiResponse } from './document-types.js'
import type { Schema } from './type-schema.js'

export const problemReference = (status: number): OpenApiResponse => ({
  $ref: `#/components/responses/${PROBLEMS[status]!.name}`,
})

export const PROBLEMS: Record<number, { name: string; description: string; detail: string }> = {
  400: {
    name: 'Malformed',
    description: 'The request is malformed; `detail` names the field and its value.',
    detail: 'bbox must be west,south,east,north in degrees; it is "here"',
  },
  401: {
    name: 'NotSignedIn',
    description: 'Nobody is signed in, or the token is unknown.',
    detail: 'Sign in first: POST /api/v1/session',
  },
  403: {
    name: 'NotAllowed',
    description: 'The role does not permit it.',
    detail: 'This needs the role planner; omar is public.',
  },
  404: {
    name: 'NotFound',
    description: 'The resource of this address does not exist.',
    detail: 'no area has the code "99"',
  },
  408: {
    name: 'TooSlow',
    description: 'The body did not arrive in time.',
    detail: 'the body did not arrive in time',
  },
  409: { name: 'Conflict', description: 'It conflicts with existing data.', detail: 'name "leila" is taken' },
  410: { name: 'Gone', description: 'The resource existed and was removed.', detail: 'the link has expired' },
  413: {
    name: 'TooLarge',
    description: 'The body is too large.',
    detail: 'body too large; records already accepted were stored; send the rest in smaller requests',
  },
  414: {
    name: 'TooLong',
    description: 'A part of the address is too long.',
    detail: 'the address is too long',
  },
  415: {
    name: 'NotTaken',
    description: 'The media type or the content coding of the body is not supported.',
    detail: 'unsupported content-encoding br',
  },
  416: {
    name: 'OutOfRange',
    description: 'The requested range lies outside the file; `Content-Range` says how long the file is.',
    detail: 'range is "bytes=900-": the file has 800 bytes',
  },
  422: {
    name: 'Refused',
    description: 'The request is well formed, but a rule refuses it; `detail` says which.',
    detail: 'threshold 5 must lie between 256000 and 1000000000',
  },
  429: {
    name: 'TooMany',
    description: 'Too many requests or attempts; `Retry-After` says how long to wait.',
    detail: 'Too many attempts: wait a minute.',
  },
  503: {
    name: 'NotNow',
    description: 'Temporarily unavailable; `Retry-After` says when to retry.',
    detail: '16 tests are running: retry in 20 seconds',
  },
}

export function responsesOf(problem: Schema): Record<string, OpenApiResponse> {
  const retryAfter = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
  const refusals = Object.entries(PROBLEMS).map(([status, { name, description, detail }]) => {
    const example = { type: 'about:blank', title: STATUS_CODES[status]!, status: Number(status), detail }
    const headers = ['429', '503'].includes(status) && { headers: retryAfter }
    return [
      name,
      { description, ...headers, content: { 'application/problem+json': { schema: problem, example } } },
    ]
  })
  return {
    NotModified: { description: 'Not modified.' },
    ...(Object.fromEntries(refusals) as Record<string, OpenApiResponse>),
  }
}

export const HEADERS = {
  ETag: {
    description: 'For `If-None-Match`: the answer is 304 as long as it does not change.',
    schema: { type: 'string' },
  },
  Link: {
    description: 'The next page, with `rel="next"`; absent on the last page.',
    schema: { type: 'string' },
    example: '</api/v1/cells?limit=100&cursor=NjEz>; rel="next"',
  },
  RetryAfter: { description: 'Seconds.', schema: { type: 'integer', minimum: 0 }, example: 60 },
}
