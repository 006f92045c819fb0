/** The one place where an error becomes an answer: RFC 9457 problem+json, without query or stack. */
import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common'
import type { ValidationError } from 'class-validator'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { STATUS_CODES } from 'node:http'

/** Refusals that a page says in its reader's language; a code stays what it is when the sentence changes. */
export type ProblemCode =
  | 'sign_in_first'
  | 'session_over'
  | 'wrong_name_or_password'
  | 'wrong_current_password'
  | 'own_password_first'
  | 'role_needed'
  | 'file_empty'
  | 'file_unread'
  | 'file_columns'
  | 'file_encoding'
  | 'file_old_office'
  | 'file_not_json'
  | 'site_unknown'
  | 'plan_code_form'
  | 'plan_code_taken'
  | 'plan_faults'
  | 'budget_no_people'
  | 'budget_not_found'
  | 'budget_infeasible'
  | 'webhook_address'
  | 'webhooks_full'

export interface Problem {
  type: 'about:blank'
  title: string
  status: number
  detail: string
  /** Of the refusals that people meet most. */
  code?: ProblemCode
  /** What the sentence speaks of, by name. */
  fields?: Record<string, string>
}

/** What an exception is made of, so that its answer has a code and fields beside the sentence. */
export const refusal = (code: ProblemCode, message: string, fields: Record<string, string> = {}) => ({
  message,
  code,
  fields,
})

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http')

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    const problem = problemOf(error)
    // One that was thrown on purpose (503) is no fault of the server.
    if (problem.status >= 500 && !(error instanceof HttpException))
      this.logger.error(`${request.method} ${request.url}`, (error as Error)?.stack)
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy()
    void reply
      .status(problem.status)
      .header('content-type', 'application/problem+json; charset=utf-8')
      .header('cache-control', 'no-store')
      .send(JSON.stringify(problem))
  }
}

export function problemOf(error: unknown): Problem {
  const status = statusOf(error)
  const title = STATUS_CODES[status] ?? 'Error'
  // What went wrong inside is for the log; a caller can do nothing with it. 503 is said on purpose.
  const detail =
    status >= 500 && status !== 503
      ? 'The server could not answer. What went wrong was recorded.'
      : detailOf(error)
  return { type: 'about:blank', title, status, detail, ...codeOf(error) }
}

function codeOf(error: unknown): Pick<Problem, 'code' | 'fields'> {
  const said = error instanceof HttpException ? error.getResponse() : null
  if (typeof said !== 'object' || said === null || !('code' in said)) return {}
  const { code, fields } = said as ReturnType<typeof refusal>
  return { code, ...(Object.keys(fields).length > 0 && { fields }) }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  if (isDataException(error)) return 400
  const { statusCode } = error as { statusCode?: unknown }
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500 ? statusCode : 500
}

/**
 * PostgreSQL's class 22: a value that no column can hold (NUL in a text, a number out of range, no date). It was the
 * caller's; the message names it and holds no query. Division by zero would be ours.
 */
function isDataException(error: unknown): boolean {
  const code = (error as { driverError?: { code?: unknown } } | null)?.driverError?.code
  return typeof code === 'string' && code.startsWith('22') && code !== '22012'
}

const detailOf = (error: unknown): string => (error as Error).message

/** What Fastify refuses before there is a route: an address that cannot be decoded. */
export function answerFrameworkError(
  error: { statusCode?: number; message: string },
  reply: FastifyReply,
): void {
  const problem = problemOf(error)
  void reply
    .status(problem.status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problem))
}

/** Names each wrong field with its value. */
export function invalidRequest(errors: ValidationError[]): BadRequestException {
  return new BadRequestException(errors.flatMap(validationMessagesOf).join('. '))
}

/** As much of a wrong value as a person reads. */
const MAX_VALUE_LENGTH = 200

function validationMessagesOf({ property, value, constraints, children = [] }: ValidationError): string[] {
  if (!constraints && children.length > 0) return children.flatMap(validationMessagesOf)
  const words = Object.values(constraints ?? {})[0] ?? `${property} is wrong`
  const shown = String(JSON.stringify(value))
  return [
    `${words}; it is ${shown.length > MAX_VALUE_LENGTH ? `${shown.slice(0, MAX_VALUE_LENGTH)} …` : shown}`,
  ]
}
