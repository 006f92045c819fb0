/** The tokens of CQL2 text, each with its position so that an error message can point at it. */
import { shortValueText } from '../fields/row-rejection.js'

export type TokenKind = 'word' | 'name' | 'text' | 'number' | 'sign' | 'end'

export interface Token {
  kind: TokenKind
  /** The characters of the token; those of a text or a quoted name are what stands between the quotes. */
  text: string
  /** Position in the filter, counted from 1. */
  position: number
}

/** Thrown by the tokeniser and the parser; `readCql2` turns it into a returned reason. */
export class Cql2SyntaxError extends Error {}

/** The error of a token that is not what the grammar allows at its position. */
export function unexpectedTokenError(token: Token, expected: string): Cql2SyntaxError {
  const found = token.kind === 'end' ? 'end of filter' : shortValueText(token.text)
  return new Cql2SyntaxError(`position ${token.position}: expected ${expected}, found ${found}`)
}

/** The alternatives are tried in this order; text that none of them matches is an error. */
const TOKEN =
  /\s*(?:(?<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[\p{L}_:][\p{L}\p{N}_:.]*)|"(?<name>[^"]{1,200})"|'(?<text>(?:[^']|'')*)'|(?<sign><>|<=|>=|[=<>(),]))/uy

/** All tokens of a filter, closed by one of the kind `end`. Throws `Cql2SyntaxError` at the first unknown character. */
export function tokensOf(filter: string): Token[] {
  const tokens: Token[] = []
  const end = filter.trimEnd().length
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const start = TOKEN.lastIndex
    const groups = TOKEN.exec(filter)?.groups
    if (!groups) throw unexpectedTextError(filter, start)
    const matched = Object.entries(groups).find(([, value]) => value !== undefined)
    const [kind, text] = matched as [TokenKind, string]
    const isQuoted = kind === 'name' || kind === 'text'
    tokens.push({
      kind,
      text: kind === 'text' ? text.replaceAll("''", "'") : text,
      position: TOKEN.lastIndex - text.length - (isQuoted ? 2 : 0) + 1,
    })
  }
  return [...tokens, { kind: 'end', text: '', position: end + 1 }]
}

function unexpectedTextError(filter: string, start: number): Cql2SyntaxError {
  const rest = filter.slice(start)
  const position = start + rest.length - rest.trimStart().length
  const excerpt = shortValueText(filter.slice(position, position + 20))
  return new Cql2SyntaxError(`position ${position + 1}: unexpected ${excerpt}`)
}
