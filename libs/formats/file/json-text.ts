/** Finds what JSON.parse does not tell of a text: several documents in one, and members that stand twice. */

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const COMMA = 0x2c
/** White space of JSON, and the record separator of JSON text sequences (RFC 7464). */
const BETWEEN = /[\s\u001e\ufeff]/y

/**
 * The documents (objects or arrays) of a text, which stand one after another: lines, sequences with record separators, or
 * documents that a program appended to one file. `rest` is what follows the last complete one, if anything does.
 */
export function jsonDocumentsOf(text: string): { documents: string[]; rest: string } {
  const documents: string[] = []
  let at = 0
  for (;;) {
    for (BETWEEN.lastIndex = at; BETWEEN.test(text); BETWEEN.lastIndex = at) at++
    const end = endOfDocument(text, at)
    if (end === null) return { documents, rest: text.slice(at) }
    documents.push(text.slice(at, end))
    at = end
  }
}

/** Behind the object or array that begins at a position; null when none does, or when it is not closed. */
function endOfDocument(text: string, start: number): number | null {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      at = endOfString(text, at)
      if (at < 0) return null
    } else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
    else if ((code === CLOSE_OBJECT || code === CLOSE_ARRAY) && --depth === 0) return at + 1
    if (depth === 0) return null
  }
  return null
}

/** The position of the quotation mark that closes a string; -1 when there is none. */
function endOfString(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let backslashes = 0
    while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
    if (backslashes % 2 === 0) return at
  }
  return -1
}

/** The elements of an array as texts; null when the text is no complete array. */
export function arrayElementsOf(text: string): string[] | null {
  const elements: string[] = []
  const open = text.indexOf('[')
  if (open < 0 || text.slice(0, open).trim() !== '') return null
  let depth = 0
  let from = open + 1
  for (let at = open; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = endOfString(text, at)
    else if (code === OPEN_OBJECT || code === OPEN_ARRAY) depth++
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) depth--
    if (at < 0) return null
    if (depth > 1 || (depth === 1 && code !== COMMA)) continue
    if (depth === 1 || text.slice(from, at).trim() !== '') elements.push(text.slice(from, at).trim())
    from = at + 1
    if (depth === 0) return elements
  }
  return null
}

/** The name of the first member that stands twice in one object, of which JSON.parse would keep the last; null if none does. */
export function duplicateMemberOf(text: string): string | null {
  /** The members so far of each object around a position; null for an array. */
  const stack: (Set<string> | null)[] = []
  let isKey = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (end < 0) return null
      const members = stack.at(-1)
      if (isKey && members) {
        const name = text.slice(at + 1, end)
        if (members.has(name)) return name
        members.add(name)
      }
      isKey = false
      at = end
    } else if (code === OPEN_OBJECT) {
      stack.push(new Set())
      isKey = true
    } else if (code === OPEN_ARRAY) stack.push(null)
    else if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) {
      stack.pop()
      isKey = false
    } else if (code === COMMA) isKey = stack.at(-1) != null
  }
  return null
}
