/** Counts the nesting of JSON while its bytes arrive: a parser would notice it only after it has built everything. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPENING = [0x5b, 0x7b]
const CLOSING = [0x5d, 0x7d]

/** Returns a function that takes the chunks of a JSON text in order, and tells whether it is nested deeper than `max`. */
export function jsonDepthCounter(max: number): (chunk: Uint8Array) => boolean {
  let depth = 0
  let isInString = false
  let isEscaped = false
  return (chunk) => {
    for (const byte of chunk) {
      if (isEscaped) isEscaped = false
      else if (isInString) {
        if (byte === BACKSLASH) isEscaped = true
        else if (byte === QUOTE) isInString = false
      } else if (byte === QUOTE) isInString = true
      else if (byte === OPENING[0] || byte === OPENING[1]) {
        if (++depth > max) return true
      } else if (byte === CLOSING[0] || byte === CLOSING[1]) depth--
    }
    return false
  }
}
