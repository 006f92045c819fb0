/** Sparse fields: `fields=code,name` omits the other fields from each item of a list, except the id. */
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

/** The fields of a list's items that a client can choose, the id first. */
export const SelectableFields = <T>(...names: (keyof T & string)[]) => SetMetadata(FIELDS_METADATA, names)

@Injectable()
export class SparseFieldsInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, handler: CallHandler): Observable<unknown> {
    const selectable = this.reflector.get<string[] | undefined>(FIELDS_METADATA, context.getHandler())
    const { fields } = context.switchToHttp().getRequest<FastifyRequest>().query as { fields?: unknown }
    if (!selectable || typeof fields !== 'string') return handler.handle()
    const names = selectedFields(fields, selectable)
    return handler.handle().pipe(map((body) => (isList(body) ? withOnlyFields(body, names) : body)))
  }
}

/** The chosen fields. Unknown names are refused before anything is read. */
function selectedFields(fields: string, selectable: readonly string[]): readonly string[] {
  const names = fields.split(',').map((name) => name.trim())
  const unknown = names.find((name) => !selectable.includes(name))
  if (unknown !== undefined)
    throw new BadRequestException(
      `fields must be some of ${selectable.join(', ')}; it names ${JSON.stringify(unknown)}`,
    )
  return [selectable[0]!, ...names]
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
