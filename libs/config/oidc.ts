/** Sign-in by an OpenID Connect provider, beside accounts with a password. */

export interface OidcConfig {
  /** Address of the provider, under which it publishes `/.well-known/openid-configuration`. */
  issuer: string
  clientId: string
  /** The client's secret; null for a public client. */
  clientSecret: string | null
  /** The provider's name on the button of the page: “Sign in with …”. */
  name: string
  scope: string
  /** Path of the claim with the person's groups or roles, such as `roles` or `realm_access.roles`. */
  roleClaim: string
  /** Value of the claim to the role of this service; `operator:iam` is the role of an operator. */
  roles: Readonly<Record<string, string>>
}

const ROLE = /^(public|analyst|planner|administrator|operator:[\w.-]{1,100})$/

const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:\d{1,5})?(\/|$)/

/** The configured provider; null if no issuer is set. Errors go to `errors`, one line each. */
export function oidcOf(
  env: Readonly<Record<string, string | undefined>>,
  hasPublicUrl: boolean,
  errors: string[],
): OidcConfig | null {
  const issuer = env.OIDC_ISSUER?.replace(/\/+$/, '')
  if (!issuer) return null
  if (!URL.canParse(issuer) || !(issuer.startsWith('https://') || LOOPBACK.test(issuer)))
    errors.push(`OIDC_ISSUER must be an https address; it is "${issuer}"`)
  if (!env.OIDC_CLIENT_ID) errors.push('OIDC_CLIENT_ID must be set beside OIDC_ISSUER')
  if (!hasPublicUrl)
    errors.push('PUBLIC_URL must be set beside OIDC_ISSUER: the provider sends people back to it')
  return {
    issuer,
    clientId: env.OIDC_CLIENT_ID ?? '',
    clientSecret: env.OIDC_CLIENT_SECRET || null,
    name: env.OIDC_NAME || new URL(URL.canParse(issuer) ? issuer : 'https://invalid').hostname,
    scope: env.OIDC_SCOPE || 'openid profile email',
    roleClaim: env.OIDC_ROLE_CLAIM || 'roles',
    roles: rolesOf(env.OIDC_ROLES ?? '', errors),
  }
}

/** `observatory-admins=administrator,ops=operator:iam`. */
function rolesOf(text: string, errors: string[]): Record<string, string> {
  const pairs = text.split(',').filter((pair) => pair.trim() !== '')
  if (pairs.length === 0)
    errors.push('OIDC_ROLES must say which value of the claim is which role, such as admins=administrator')
  return Object.fromEntries(
    pairs.map((pair) => {
      const at = pair.lastIndexOf('=')
      const [value, role] = [pair.slice(0, at).trim(), pair.slice(at + 1).trim()]
      if (at < 1 || !ROLE.test(role))
        errors.push(
          `OIDC_ROLES must be value=role pairs, the roles being public, analyst, planner, administrator or operator:NAME; it has "${pair.trim()}"`,
        )
      return [value, role]
    }),
  )
}
