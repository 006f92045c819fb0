/** The device behind a bearer token. */
import { type Device, findDevices, sha256 } from '#store/people'
import { Injectable, UnauthorizedException } from '@nestjs/common'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { DataSource } from 'typeorm'
import { RightsCache } from '../people/rights-cache.js'

/** Hashes of tokens by their base64 form, and the devices that one statement finds for them. */
interface Lookup {
  hashes: Map<string, Buffer>
  devices: Promise<Map<string, Device>>
}

@Injectable()
export class Devices {
  private readonly cache = new RightsCache<Device>()
  /** Takes further tokens until the lookup before it has ended. */
  private nextLookup: Lookup | null = null
  private lastLookup: Promise<unknown> = Promise.resolve()

  constructor(private readonly source: DataSource) {}

  async ofToken(authorization: string | undefined): Promise<Device> {
    const token = /^Bearer (\S{20,200})$/i.exec(authorization ?? '')?.[1]
    if (!token) throw new UnauthorizedException('A device token is required: Authorization: Bearer <token>')
    const hash = sha256(token)
    const key = hash.toString('base64')
    const device = await this.cache.get(key, () => this.lookUp(key, hash))
    if (!device) throw new UnauthorizedException('The device token is unknown or was revoked.')
    return device
  }

  /** Called after a revocation in this process. */
  clearCache(): void {
    this.cache.clear()
  }

  /**
   * A device of a nation sends a probe in a quarter of an hour, so that the cache knows none of them. Tokens that arrive while
   * others are looked up wait for each other and share a statement.
   */
  private async lookUp(key: string, hash: Buffer): Promise<Device | undefined> {
    this.nextLookup ??= this.lookupAfter(this.lastLookup)
    const { hashes, devices } = this.nextLookup
    hashes.set(key, hash)
    return (await devices).get(key)
  }

  private lookupAfter(before: Promise<unknown>): Lookup {
    const hashes = new Map<string, Buffer>()
    const find = async () => {
      await before
      // Requests that arrive in the same turn of the event loop share the first lookup.
      await nextTurn()
      this.nextLookup = null
      return findDevices(this.source.manager, [...hashes.values()])
    }
    const devices = find()
    this.lastLookup = devices.catch(() => {})
    return { hashes, devices }
  }
}
