/** `ETag` and `If-None-Match` before the work: what a client has already is not read again. */
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
import { RunResolver } from '../runs/run-choice.js'
import type { RunChoice } from '../runs/runs.dto.js'
import { Settings } from '../settings.js'

/**
 * What an answer is made of, beside its address: the chosen `run`, which never changes; what people bring in and change
 * (areas, localities, sites, rules), each of which leaves a change; the newest run of all.
 */
type VersionPart = 'run' | 'changes' | 'newest run'

const VERSION_PARTS_METADATA = 'grounds'

/** The answer stays the same while these do. */
export const ConditionalGet = (...grounds: VersionPart[]) => SetMetadata(VERSION_PARTS_METADATA, grounds)

@Injectable()
export class ConditionalGetInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly source: DataSource,
    private readonly runs: RunResolver,
    private readonly settings: Settings,
  ) {}

  async intercept(context: ExecutionContext, handler: CallHandler): Promise<Observable<unknown>> {
    const grounds = this.reflector.get<VersionPart[] | undefined>(
      VERSION_PARTS_METADATA,
      context.getHandler(),
    )
    if (!grounds) return handler.handle()
    const http = context.switchToHttp()
    const [request, reply] = [http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>()]
    const version = await this.versionOf(grounds, request.query as Record<string, unknown>)
    if (version === null || !revalidateEtag(request, reply, version)) return handler.handle()
    void reply.status(304)
    return of(undefined)
  }

  /** Null where the question is wrong: the route itself says how. */
  private async versionOf(
    grounds: readonly VersionPart[],
    query: Record<string, unknown>,
  ): Promise<string | null> {
    const { change, newestRun } = await dataRevision(this.source.manager)
    const part: Record<VersionPart, () => Promise<number>> = {
      changes: async () => change,
      'newest run': async () => newestRun,
      run: async () => (await this.runs.resolve(choiceOf(query))).id,
    }
    const parts = await Promise.all(grounds.map((ground) => part[ground]())).catch(() => null)
    return parts && [this.settings.version, ...parts].join('-')
  }
}

function choiceOf({ run, rule, date }: Record<string, unknown>): RunChoice {
  return {
    ...(run !== undefined && { run: Number(run) }),
    ...(typeof rule === 'string' && { rule }),
    ...(typeof date === 'string' && { date }),
  }
}

/** Names the answer's version and says whether the client has it. Weak: packed and unpacked bytes differ. */
export function revalidateEtag(request: FastifyRequest, reply: FastifyReply, version: string): boolean {
  const tag = `"${version}"`
  void reply.header('etag', `W/${tag}`)
  const known = request.headers['if-none-match'] ?? ''
  return known.split(',').some((one) => one.trim().replace(/^W\//, '') === tag)
}
