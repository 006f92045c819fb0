/** A request that writes a document in versions must say two things beside it: the version that was read, and why it changes. */

const MAX_COMMENT_LENGTH = 1_000

export function writeRejections(base: unknown, comment: unknown): string[] {
  const isReason = typeof comment === 'string' && /\S/u.test(comment) && comment.length <= MAX_COMMENT_LENGTH
  return [
    ...(Number.isInteger(base) ? [] : [`base must be the version that was read; it is ${textOf(base)}`]),
    ...(isReason
      ? []
      : [`comment must say why in 1 to ${MAX_COMMENT_LENGTH} characters; it is ${textOf(comment)}`]),
  ]
}

const textOf = (value: unknown): string => JSON.stringify(value) ?? 'missing'
