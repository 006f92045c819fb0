/**
 * Answers a conditional GET before any work: an answer that the client already holds is not read again from the
 * database.
 */
import { dataRevision } from '#store/people'
import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common'
import { Reflector } from '@nestjs/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Observable, of } from 'rxjs'
import { DataSource } from 'typeorm'
import { RunResolver } from '../runs/run-resolver.js'
import type { RunChoice } from '../runs/runs.dto.js'
import { Settings } from '../settings.js'
import { setVersionEtag } from './etag.js'

/**
 * A dependency of an answer beside its address: the chosen `run`, which never changes; the `changes` that people make
 * (areas, localities, sites, rules), each of which is recorded; the `newest run` of any rule.
 */
type VersionPart = 'run' | 'changes' | 'newest run'

const VERSION_PARTS_METADATA = 'versionParts'

/** Marks a route whose answer stays the same while these parts do. */
export const ConditionalGet = (...parts: VersionPart[]) => SetMetadata(VERSION_PARTS_METADATA, parts)

@Injectable()
export class ConditionalGetInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const parts = this.reflector.get<VersionPart[] | undefined>(VERSION_PARTS_METADATA, context.getHandler())
    if (!parts) return handler.handle()
    const http = context.switchToHttp()
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()]
    const version = await this.versionOf(parts, request)
    if (version === null || !setVersionEtag(request, reply, version)) return handler.handle()
    void reply.status(304)
    return of(undefined)
  }

  /** The version of the answer; null if the query is invalid, which the route itself reports. */
  private async versionOf(parts: readonly VersionPart[], request: FastifyRequest): Promise<string | null> {
    const { change, newestRun } = await dataRevision(this.source.manager)
    const revisionOf: Record<VersionPart, () => Promise<number>> = {
      changes: async () => change,
      'newest run': async () => newestRun,
      run: async () =>
        (request.servedRun = (
          await this.runs.resolve(choiceOf(request.query as Record<string, unknown>))
        ).id),
    }
    const revisions = await Promise.all(parts.map((part) => revisionOf[part]())).catch(() => null)
    return revisions && [this.settings.version, ...revisions].join('-')
  }
}

function choiceOf({ run, rule, date }: Record<string, unknown>): RunChoice {
  return {
    ...(run !== undefined && { run: Number(run) }),
    ...(typeof rule === 'string' && { rule }),
    ...(typeof date === 'string' && { date }),
  }
}
