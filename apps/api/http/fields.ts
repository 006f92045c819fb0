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

const FIELDS_METADATA = 'fields'

/** The fields of a list's items, the id first. */
export const SelectableFields = <T>(...names: (keyof T & string)[]) => SetMetadata(FIELDS_METADATA, names)

@Injectable()
export class SparseFieldsInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    const known = this.reflector.get<string[] | undefined>(FIELDS_METADATA, context.getHandler())
    const { fields } = context.switchToHttp().getRequest<FastifyRequest>().query as { fields?: unknown }
    if (!known || typeof fields !== 'string') return handler.handle()
    const names = selectedFields(fields, known)
    return handler.handle().pipe(map((body) => (isList(body) ? withOnlyFields(body, names) : body)))
  }
}

/** Refused before anything is read. */
function selectedFields(fields: string, known: readonly string[]): readonly string[] {
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

const withOnlyFields = (list: List, names: readonly string[]): List => ({
  ...list,
  items: list.items.map((item) => Object.fromEntries(names.map((name) => [name, item[name]]))),
})
