/**
 * The token of the link by which an invited person came; null without one. It is read before the page writes its own
 * address, which has no fragment, so that the token does not stay in the address bar.
 */
export const invitationToken: string | null = /^#invite=([\w-]{20,200})$/.exec(location.hash)?.[1] ?? null
