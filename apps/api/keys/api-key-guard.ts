/** The program behind an API key. */
import { KEY_PREFIX, type KeyHolder, authorOfKey, findKeyHolder, noteKeyUse } from '#store/keys'
import { type Account, recordEvent, sha256 } from '#store/people'
import { Injectable, Logger, UnauthorizedException } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'
import { refusal } from '../http/problem.js'
import { RightsCache } from '../people/rights-cache.js'
import { Metrics } from '../status/metrics.js'

const KEY_HEADER = new RegExp(`^Bearer (${KEY_PREFIX}\\S{20,200})$`, 'i')

/** The same refusal of the same key stands once an hour in the log, so that a program that tries again does not fill it. */
const REFUSAL_INTERVAL_MS = 60 * 60_000
const MAX_REFUSALS = 10_000

/** The text of the API key that a request sends; undefined if it sends none. */
export const apiKeyOf = ({ headers }: FastifyRequest): string | undefined =>
  KEY_HEADER.exec(headers.authorization ?? '')?.[1]

@Injectable()
export class ApiKeyGuard {
  private readonly logger = new Logger('api-keys')
  private readonly cache = new RightsCache<KeyHolder>()
  private readonly refused = new LRUCache<string, true>({ max: MAX_REFUSALS, ttl: REFUSAL_INTERVAL_MS })

  constructor(
    private readonly source: DataSource,
    private readonly metrics: Metrics,
  ) {}

  /** The account as which a key acts, or 401. */
  async accountOfKey(key: string): Promise<Account> {
    const hash = sha256(key)
    const holder = await this.cache.get(hash.toString('base64'), () => this.lookUp(hash))
    if (!holder) {
      this.metrics.countFailedSignIn()
      throw new UnauthorizedException(
        refusal('api_key_refused', 'The API key is unknown.', { state: 'unknown' }),
      )
    }
    const { name, role, operator, areas, state } = holder
    if (state !== 'valid') {
      await this.recordRefusal(holder, state)
      throw new UnauthorizedException(
        refusal(
          'api_key_refused',
          `The API key ${name} ${state === 'expired' ? 'has expired' : 'was revoked'}.`,
          {
            name,
            state,
          },
        ),
      )
    }
    return { name: authorOfKey(name), role, operator, areas, mustChangePassword: false }
  }

  /** Records that a valid key was refused something, by the name of its account. */
  async recordForbidden({ name }: Account, reason: string): Promise<void> {
    await this.record(name, name, reason)
  }

  /** Called after a change of a key in this process. */
  clearCache(): void {
    this.cache.clear()
  }

  private async lookUp(hash: Buffer): Promise<KeyHolder | undefined> {
    const holder = await findKeyHolder(this.source.manager, hash)
    // A database that takes no writes still answers programs that read.
    if (holder?.state === 'valid')
      await noteKeyUse(this.source.manager, holder.id).catch((error: unknown) =>
        this.logger.warn(`the use of the API key ${holder.name} was not noted: ${String(error)}`),
      )
    return holder
  }

  private recordRefusal({ id, name }: KeyHolder, reason: string): Promise<void> {
    return this.record(authorOfKey(name), id, reason)
  }

  private async record(author: string, subject: string, reason: string): Promise<void> {
    const key = `${subject} ${reason}`
    if (this.refused.has(key)) return
    this.refused.set(key, true)
    await recordEvent(this.source.manager, {
      kind: 'refusal',
      author,
      action: 'refuse api key',
      subject,
      detail: { reason },
    })
  }
}
