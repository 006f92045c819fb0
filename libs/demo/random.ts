/** Random draws of the demonstration. */
import type { Random } from '#domain/random'

export const pickRandom = <T>(random: Random, items: readonly T[]): T =>
  items[Math.floor(random() * items.length)]!

/** A UUID in the form of version 4, drawn from the seed, so that a second build sends the same ids. */
export function randomUuidV4(random: Random): string {
  const hex = Array.from({ length: 4 }, () =>
    Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0'),
  ).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}
