/** Seeded pseudo-random numbers, so that the same seed always gives the same draws; unfit for secrets. */

/** Gives the next number, uniform from 0 (included) to 1 (excluded). */
export type Random = () => number

/** A generator for a seed (mulberry32 by Tommy Ettinger, public domain; period 2^32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** A draw of the standard normal distribution (Box and Muller 1958). */
export const randomNormal = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
