/** The provider by which people sign in: OpenID Connect, code flow with PKCE. */
import type { OidcConfig } from '#config'
import type { Claims } from '#domain/account'
import { Injectable } from '@nestjs/common'
import * as oidc from 'openid-client'
import { Settings } from '../settings.js'

/** A provider that answers more slowly is away. */
const TIMEOUT_SECONDS = 10

/** The secrets that the browser keeps between leaving for the provider and coming back. */
export interface PendingSignIn {
  state: string
  nonce: string
  verifier: string
}

@Injectable()
export class OidcClient {
  private discovered: Promise<oidc.Configuration> | null = null

  constructor(private readonly settings: Settings) {}

  /** The configured provider; null if there is none. */
  get config(): OidcConfig | null {
    return this.settings.config.oidc
  }

  /** The address of the provider at which the person signs in. */
  async begin(redirectUri: string): Promise<{ url: string; pending: PendingSignIn }> {
    const pending = {
      state: oidc.randomState(),
      nonce: oidc.randomNonce(),
      verifier: oidc.randomPKCECodeVerifier(),
    }
    const url = oidc.buildAuthorizationUrl(await this.provider(), {
      redirect_uri: redirectUri,
      scope: this.config!.scope,
      state: pending.state,
      nonce: pending.nonce,
      code_challenge: await oidc.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: 'S256',
    })
    return { url: url.href, pending }
  }

  /** The claims of the provider about the person who came back to `url`. Throws where the answer is not to be trusted. */
  async claimsOf(url: URL, pending: PendingSignIn): Promise<Claims & { sub: string }> {
    const provider = await this.provider()
    const tokens = await oidc.authorizationCodeGrant(provider, url, {
      pkceCodeVerifier: pending.verifier,
      expectedState: pending.state,
      expectedNonce: pending.nonce,
      idTokenExpected: true,
    })
    const claims = tokens.claims()!
    if (!provider.serverMetadata().userinfo_endpoint) return claims
    const info = await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub)
    return { ...info, ...claims }
  }

  /** The address at which the person signs out of the provider too; null if the provider has none. */
  async endUrl(returnUrl: string): Promise<string | null> {
    const provider = await this.provider()
    if (!provider.serverMetadata().end_session_endpoint) return null
    return oidc.buildEndSessionUrl(provider, { post_logout_redirect_uri: returnUrl }).href
  }

  /** Read once; a provider that is away is asked again at the next sign-in. */
  private provider(): Promise<oidc.Configuration> {
    this.discovered ??= discover(this.config!).catch((error: unknown) => {
      this.discovered = null
      throw error
    })
    return this.discovered
  }
}

async function discover({ issuer, clientId, clientSecret }: OidcConfig): Promise<oidc.Configuration> {
  // The configuration allows plain HTTP to this machine only.
  const isPlain = issuer.startsWith('http://')
  return oidc.discovery(
    new URL(issuer),
    clientId,
    undefined,
    clientSecret ? oidc.ClientSecretBasic(clientSecret) : oidc.None(),
    { timeout: TIMEOUT_SECONDS, ...(isPlain && { execute: [oidc.allowInsecureRequests] }) },
  )
}
