/** Sparse fields: `fields=code,name` leaves the others out of each item of a list; its id always stays. */
import {
  BadRequestException,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyRequest } from 'fastify'
import { type Observable, map } from 'rxjs'

const FIELDS = 'fields'

/** The fields of a list's items, the id first. */
export const Fields = <T>(...names: (keyof T & string)[]) => SetMetadata(FIELDS, names)

@Injectable()
export class SparseFields implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    const known = this.reflector.get<string[] | undefined>(FIELDS, context.getHandler())
    const { fields } = context.switchToHttp().getRequest<FastifyRequest>().query as { fields?: unknown }
    if (!known || typeof fields !== 'string') return handler.handle()
    const names = chosen(fields, known)
    return handler.handle().pipe(map((body) => (isList(body) ? sparse(body, names) : body)))
  }
}

/** Refused before anything is read. */
function chosen(fields: string, known: readonly string[]): readonly string[] {
  const names = fields.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new BadRequestException(
      `fields must be some of ${known.join(', ')}; it names ${JSON.stringify(unknown)}`,
    )
  return [known[0]!, ...names]
}

interface List {
  items: Record<string, unknown>[]
}

const isList = (body: unknown): body is List =>
  typeof body === 'object' && body !== null && Array.isArray((body as Partial<List>).items)

const sparse = (list: List, names: readonly string[]): List => ({
  ...list,
  items: list.items.map((item) => Object.fromEntries(names.map((name) => [name, item[name]]))),
})
