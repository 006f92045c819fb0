import {
  type ChallengePurpose,
  findPasskey,
  newChallenge,
  passkeyHandles,
  takeChallenge,
  usePasskey,
} from '#store/people'
import { Injectable, Logger } from '@nestjs/common'
import type { FastifyRequest } from 'fastify'
import { DataSource } from 'typeorm'
import { Settings } from '../settings.js'
import type { PasskeyAnswer } from './passkeys.dto.js'
import { relyingPartyOf } from './relying-party.js'
import { type TakeChallenge, verifyPasskey } from './verify.js'

/** This is what a browser needs to sign in with a passkey (`navigator.credentials.get`). */
export interface PasskeyRequest {
  /** It is in base64url, to be answered once within five minutes. */
  challenge: string
  rpId: string
  passkeys: { id: string; transports: string[] }[]
}

/** Challenges, and the answers to them that sign in. */
@Injectable()
export class PasskeyCheck {
  private readonly logger = new Logger('passkeys')

  constructor(
    private readonly source: DataSource,
    private readonly settings: Settings,
  ) {}

  challenge(account: string, purpose: ChallengePurpose): Promise<string> {
    return newChallenge(this.source.manager, account, purpose, this.now)
  }

  taker(accountName: string, purpose: ChallengePurpose): TakeChallenge {
    return (challenge) =>
      takeChallenge(this.source.manager, { challenge, accountName, purpose, now: this.now })
  }

  /** The question to a browser; it names no passkey where the account has none for this address. */
  async requestFor(account: string, request: FastifyRequest): Promise<PasskeyRequest> {
    const { id: rpId } = relyingPartyOf(request)
    const passkeys = await passkeyHandles(this.source.manager, account, rpId)
    return { challenge: await this.challenge(account, 'sign_in'), rpId, passkeys }
  }

  /** Whether the answer is that of one of the account's passkeys to a challenge of its own. */
  async isRight(account: string, answer: PasskeyAnswer, request: FastifyRequest): Promise<boolean> {
    const passkey = await findPasskey(this.source.manager, account, answer.id)
    if (!passkey) return false
    const party = { ...relyingPartyOf(request), id: passkey.rpId }
    const counter = await verifyPasskey(answer, passkey, party, this.taker(account, 'sign_in')).catch(
      (error: unknown) => this.noteRefusal(account, error),
    )
    return counter !== null && usePasskey(this.source, account, { id: passkey.id, counter, now: this.now })
  }

  /** The reason is for those who run the server: it quotes what the browser sent, which must not begin lines of the log. */
  noteRefusal(account: string, error: unknown): null {
    this.logger.warn(
      `passkey of ${JSON.stringify(account)} refused: ${JSON.stringify((error as Error).message)}`,
    )
    return null
  }

  private get now(): Date {
    return new Date(this.settings.clock())
  }
}
