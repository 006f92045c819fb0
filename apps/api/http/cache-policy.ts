/** Values of `Cache-Control` (RFC 9111), by how the answer can change. */

/** An answer that never changes, such as that of an address with a run: a CDN may keep it for ever. */
export const IMMUTABLE = 'public, max-age=31536000, immutable'

/** An answer that may be stored, and is revalidated by its ETag before each use. */
export const REVALIDATE = 'no-cache'

/**
 * An answer that depends on the signed-in account: only the reader's own cache stores it, and revalidates it before
 * each use.
 */
export const PRIVATE = 'private, no-cache'

/** An answer for one reader that no cache may store. */
export const NO_STORE = 'private, no-store'

export type CachePolicy = typeof IMMUTABLE | typeof REVALIDATE
