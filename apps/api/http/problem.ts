/**
 * Converts errors into answers, in this place only: problem details (RFC 9457), without SQL and without a stack trace.
 */
import { type DatabaseFault, databaseFaultOf } from '#store/database'
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
import { DATABASE_PROBLEMS, DEFAULT_RETRY_SECONDS } from './database-problems.js'
import { PROBLEM_MEDIA_TYPE } from './media-types.js'

/**
 * Codes of refusals for which the page has messages in its reader's language. A code never changes, although its
 * sentence may.
 */
export type ProblemCode =
  | 'sign_in_first'
  | 'session_over'
  | 'wrong_name_or_password'
  | 'wrong_current_password'
  | 'own_password_first'
  | 'role_needed'
  | 'person_needed'
  | 'scope_areas'
  | 'scope_country'
  | 'areas_unknown'
  | 'api_key_refused'
  | 'api_key_name_taken'
  | 'erasure_of_oneself'
  | 'last_administrator'
  | 'file_empty'
  | 'file_unread'
  | 'file_columns'
  | 'file_encoding'
  | 'file_old_office'
  | 'file_not_json'
  | 'file_memory'
  | 'site_unknown'
  | 'plan_code_form'
  | 'plan_code_taken'
  | 'plan_faults'
  | 'budget_no_people'
  | 'budget_not_found'
  | 'budget_infeasible'
  | 'webhook_address'
  | 'webhooks_full'
  | 'database_away'
  | 'database_busy'
  | 'disk_full'
  | 'read_only'
  | 'roster_rejected'
  | 'account_disabled'
  | 'last_administrator'
  | 'invitation_over'
  | 'name_taken'
  | 'password_refused'
  | 'second_factor_needed'
  | 'second_factor_first'
  | 'second_factor_required'
  | 'wrong_code'
  | 'wrong_passkey'
  | 'passkeys_need_name'
  | 'account_delayed'
  | 'name_refused'

export interface Problem {
  type: 'about:blank'
  title: string
  status: number
  detail: string
  /** Code of the refusals that people meet most. */
  code?: ProblemCode
  /** The values that `detail` mentions, by name. */
  fields?: Record<string, string>
}

/** The body of an exception whose answer has a code and fields beside the sentence. */
export const refusal = (code: ProblemCode, message: string, fields: Record<string, string> = {}) => ({
  message,
  code,
  fields,
})

@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('http')
  private readonly silentUntil = new Map<DatabaseFault, number>()

  /** `noteFault` is told of every fault of the database. */
  constructor(private readonly noteFault: (fault: DatabaseFault) => void = () => {}) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>()
    const reply = host.switchToHttp().getResponse<FastifyReply>()
    // A client that went away while it sent its body hears no answer, and nothing went wrong here.
    if (request.raw.destroyed && !request.raw.complete) return void reply.raw.destroy()
    const fault = databaseFaultOf(error)
    if (fault) {
      this.noteFault(fault)
      this.warn(fault, `${nameOf(request)}: ${(error as Error).message}`)
    }
    const problem = problemOf(error)
    // 503 is answered on purpose, as is any HttpException: they are no faults to be logged.
    if (problem.status >= 500 && problem.status !== 503 && !(error instanceof HttpException))
      this.logger.error(nameOf(request), (error as Error)?.stack)
    if (reply.sent || reply.raw.headersSent) return void reply.raw.destroy()
    void reply.header('cache-control', 'no-store')
    sendProblem(reply, problem, fault ? DATABASE_PROBLEMS[fault].retrySeconds : DEFAULT_RETRY_SECONDS)
  }

  /** One line for many requests: while a database is away, every request meets the same fault. */
  private warn(fault: DatabaseFault, text: string): void {
    const now = performance.now()
    if (now < (this.silentUntil.get(fault) ?? 0)) return
    this.silentUntil.set(fault, now + WARNING_INTERVAL_MS)
    this.logger.warn(`the database is ${fault.replace('_', ' ')}; ${text}`)
  }
}

/** The address itself may hold secrets in its query. The id leads to the line of the request. */
const nameOf = ({ method, routeOptions, id }: FastifyRequest): string =>
  `${method} ${routeOptions.url ?? 'no route'} (request ${id})`

const WARNING_INTERVAL_MS = 10_000

function sendProblem(
  reply: FastifyReply,
  problem: Problem,
  retrySeconds: number = DEFAULT_RETRY_SECONDS,
): void {
  if (problem.status === 503 && !reply.hasHeader('retry-after'))
    void reply.header('retry-after', retrySeconds)
  void reply.status(problem.status).header('content-type', PROBLEM_MEDIA_TYPE).send(JSON.stringify(problem))
}

/** Problem details without a code. */
export const plainProblem = (status: number, detail: string): Problem => ({
  type: 'about:blank',
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
})

export function problemOf(error: unknown): Problem {
  const fault = databaseFaultOf(error)
  if (fault)
    return { ...plainProblem(503, DATABASE_PROBLEMS[fault].detail), code: DATABASE_PROBLEMS[fault].code }
  const status = statusOf(error)
  // The cause of a fault belongs in the log, since a caller can do nothing about it. A 503 is answered on purpose.
  const isFault = status >= 500 && status !== 503
  const detail = isFault ? 'The server could not answer. The error was logged.' : (error as Error).message
  return { ...plainProblem(status, detail), ...codeOf(error) }
}

function codeOf(error: unknown): Pick<Problem, 'code' | 'fields'> {
  const body = error instanceof HttpException ? error.getResponse() : null
  if (typeof body !== 'object' || body === null || !('code' in body)) return {}
  const { code, fields } = body as ReturnType<typeof refusal>
  return { code, ...(Object.keys(fields).length > 0 && { fields }) }
}

function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus()
  if (isDataException(error)) return 400
  const { statusCode } = error as { statusCode?: unknown }
  const isRefusal = typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500
  return isRefusal || statusCode === 503 ? statusCode : 500
}

/**
 * PostgreSQL's error class 22: a value that no column can hold (NUL in a text, a number out of range, an impossible date).
 * It came from the caller, and the message names it without any SQL. Division by zero (22012) would be our own fault.
 */
function isDataException(error: unknown): boolean {
  const code = (error as { driverError?: { code?: unknown } } | null)?.driverError?.code
  return typeof code === 'string' && code.startsWith('22') && code !== '22012'
}

/** Answers the refusals of Fastify before a route is found, such as an address that cannot be decoded. */
export function answerFrameworkError(
  error: { statusCode?: number; message: string },
  reply: FastifyReply,
): void {
  sendProblem(reply, problemOf(error))
}

/** Names each invalid field with its value. */
export function invalidRequest(errors: ValidationError[]): BadRequestException {
  return new BadRequestException(errors.flatMap(validationMessagesOf).join('. '))
}

/** Limit of the characters of an invalid value that the message repeats. */
const MAX_VALUE_LENGTH = 200

function validationMessagesOf({ property, value, constraints, children = [] }: ValidationError): string[] {
  if (!constraints && children.length > 0) return children.flatMap(validationMessagesOf)
  const constraint = Object.values(constraints ?? {})[0] ?? `${property} is invalid`
  const text = String(JSON.stringify(value))
  const excerpt = text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)} …` : text
  return [`${constraint}; it is ${excerpt}`]
}
