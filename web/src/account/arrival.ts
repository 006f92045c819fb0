/**
 * The message of the address's fragment about a person who has just arrived. It is read before the page writes its own address,
 * which has no fragment, so that a token does not stay in the address bar.
 */
const [, name = null, value = null] = /^#(invite|oidc)=([\w-]{2,200})$/.exec(location.hash) ?? []

/** The token of the link by which an invited person came; null without one. */
export const invitationToken: string | null = name === 'invite' ? value : null

const FAILURES = ['no_role', 'no_name', 'name', 'removed', 'disabled', 'failed'] as const
type Failure = (typeof FAILURES)[number]

/** The reason for which the sign-in at the provider failed from which a person came back; null if none did. */
export const providerFailure: Failure | null =
  name === 'oidc' ? (FAILURES.find((failure) => failure === value) ?? 'failed') : null
