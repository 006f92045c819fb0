/** The device behind a bearer token. */
import { type Device, findDevice, sha256 } from '#store/people'
import { Injectable, UnauthorizedException } from '@nestjs/common'
import { LRUCache } from 'lru-cache'
import { DataSource } from 'typeorm'

/** A token that was revoked in another process is accepted for at most this long. */
const DEVICE_CACHE_TTL_MS = 5_000

@Injectable()
export class Devices {
  private readonly cache = new LRUCache<string, Device>({ max: 10_000, ttl: DEVICE_CACHE_TTL_MS })

  constructor(private readonly source: DataSource) {}

  async ofToken(authorization: string | undefined): Promise<Device> {
    const token = /^Bearer (\S{20,200})$/i.exec(authorization ?? '')?.[1]
    if (!token) throw new UnauthorizedException('A device token is required: Authorization: Bearer <token>')
    const hash = sha256(token)
    const key = hash.toString('base64')
    const cached = this.cache.get(key)
    if (cached) return cached
    const device = await findDevice(this.source.manager, hash)
    if (!device) throw new UnauthorizedException('The device token is unknown or was revoked.')
    // Set once and not at each use, which would extend its time to live.
    this.cache.set(key, device)
    return device
  }

  /** Called after a revocation in this process. */
  clearCache(): void {
    this.cache.clear()
  }
}
