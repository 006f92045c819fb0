/**
 * Lays out a statement for a reviewer: one clause, column or condition a line where a line would grow too long. Only the
 * white space changes. It knows as much of SQL as our own statements need: clauses, lists, AND and OR, CASE.
 */

interface Token {
  text: string
  /** Whether white space stood before it: `count(*)` and `IN (1)` stay as they were written. */
  isSpaced: boolean
}

/** What stands in parentheses or brackets, or between CASE and its END. */
interface Group {
  open: Token
  nodes: readonly Node[]
  close: Token
}

type Node = Token | Group

const WIDTH = 110
const TOKEN = /'(?:[^']|'')*'|"[^"]*"|\/\*[^]*?\*\/|\$\d+|::|[\w.]+|[<>=!@#&|~^*/+-]+|\S/g

export function formatSql(sql: string): string {
  const tokens = tokensOf(sql)
  const { nodes, end } = nodesOf(tokens, 0)
  if (end !== tokens.length) throw new Error(`unbalanced parentheses in: ${sql}`)
  return `${clauseLines(nodes, 0).join('\n')}\n`
}

/** The tokens by themselves: equal for two statements that differ in white space only. */
export const tokensOf = (sql: string): Token[] =>
  [...sql.matchAll(TOKEN)].map(({ 0: text, index }) => ({
    text,
    isSpaced: index > 0 && /\s/.test(sql[index - 1]!),
  }))

const OPENINGS = new Set(['(', '[', 'CASE'])
const CLOSINGS = new Set([')', ']', 'END'])

function nodesOf(tokens: readonly Token[], start: number): { nodes: Node[]; end: number } {
  const nodes: Node[] = []
  let at = start
  while (at < tokens.length && !CLOSINGS.has(tokens[at]!.text)) {
    const open = tokens[at]!
    if (!OPENINGS.has(open.text)) {
      nodes.push(open)
      at++
      continue
    }
    const inner = nodesOf(tokens, at + 1)
    const close = tokens[inner.end]
    if (!close) break
    nodes.push({ open, nodes: inner.nodes, close })
    at = inner.end + 1
  }
  return { nodes, end: at }
}

const isGroup = (node: Node): node is Group => 'open' in node
const wordOf = (node: Node | undefined): string =>
  node === undefined || isGroup(node) ? '' : node.text.toUpperCase()

function flat(nodes: readonly Node[]): string {
  let text = ''
  for (const node of nodes) {
    const first = isGroup(node) ? node.open : node
    text += (text !== '' && first.isSpaced && first.text !== ',' ? ' ' : '') + flatNode(node)
  }
  return text
}

function flatNode(node: Node): string {
  if (!isGroup(node)) return node.text
  const { open, nodes, close } = node
  return open.text === 'CASE' ? `CASE ${flat(nodes)} END` : open.text + flat(nodes) + close.text
}

const JOIN_PREFIXES = ['LEFT', 'RIGHT', 'FULL', 'INNER', 'CROSS']

/** Whether a clause begins at a node. */
function isClauseStart(nodes: readonly Node[], at: number): boolean {
  const before = wordOf(nodes[at - 1])
  const after = wordOf(nodes[at + 1])
  switch (wordOf(nodes[at])) {
    case 'SELECT':
    case 'WHERE':
    case 'HAVING':
    case 'LIMIT':
    case 'OFFSET':
    case 'UNION':
    case 'VALUES':
    case 'SET':
    case 'RETURNING':
    case 'INSERT':
    case 'DELETE':
      return true
    case 'WITH':
      return after !== 'ORDINALITY'
    case 'FROM':
      return before !== 'DISTINCT' && before !== 'DELETE'
    case 'UPDATE':
      return !['DO', 'FOR', 'KEY'].includes(before)
    case 'GROUP':
    case 'ORDER':
      return after === 'BY'
    case 'ON':
      return after === 'CONFLICT'
    case 'JOIN':
      return !JOIN_PREFIXES.includes(before)
    default:
      return JOIN_PREFIXES.includes(wordOf(nodes[at])) && after === 'JOIN'
  }
}

/** Parts that each begin where `isStart` says so; what stands before the first start is a part of its own. */
function partsOf(nodes: readonly Node[], isStart: (at: number) => boolean): Node[][] {
  const parts: Node[][] = []
  nodes.forEach((node, at) => {
    if (parts.length === 0 || isStart(at)) parts.push([])
    parts.at(-1)!.push(node)
  })
  return parts
}

const indented = (indent: number, text: string) => ' '.repeat(indent) + text
const fits = (nodes: readonly Node[], indent: number) => indent + flat(nodes).length <= WIDTH

function clauseLines(nodes: readonly Node[], indent: number): string[] {
  return partsOf(nodes, (at) => isClauseStart(nodes, at)).flatMap((clause) => linesOf(clause, indent))
}

/** Words that stand alone on their line above a long list. */
const HEADS = /^(WITH|SELECT|SET|VALUES|RETURNING|GROUP BY|ORDER BY)\b/

function linesOf(nodes: readonly Node[], indent: number): string[] {
  const branches = partsOf(nodes, (at) => ['WHEN', 'ELSE'].includes(wordOf(nodes[at])))
  if (branches.length > 1) return branches.flatMap((branch) => linesOf(branch, indent))
  if (fits(nodes, indent)) return [indented(indent, flat(nodes))]
  if (nodes.some((_, at) => at > 0 && isClauseStart(nodes, at))) return clauseLines(nodes, indent)
  const items = partsOf(nodes, (at) => wordOf(nodes[at - 1]) === ',')
  const head = HEADS.exec(flat(nodes).toUpperCase())?.[0].split(' ').length ?? 0
  if (head > 0 && nodes.length > head)
    return [indented(indent, flat(nodes.slice(0, head))), ...linesOf(nodes.slice(head), indent + 2)]
  if (items.length >= MIN_FILLED && items.every((item) => item.length <= 2 && !item.some(isGroup)))
    return filledLines(items, indent)
  if (items.length > 1) return items.flatMap((item) => linesOf(item, indent))
  return brokenLines(nodes, indent)
}

/** A list of this many bare names is written like prose: one a line, it would hide what stands around it. */
const MIN_FILLED = 8

function filledLines(items: readonly Node[][], indent: number): string[] {
  const lines: Node[][] = [[]]
  for (const item of items) {
    if (!fits([...lines.at(-1)!, ...item], indent)) lines.push([])
    lines.at(-1)!.push(...item)
  }
  return lines.map((line) => indented(indent, flat(line)))
}

/** One item that is too long for its line: by AND and OR, by the operators of a long sum, or else inside its longest group. */
function brokenLines(nodes: readonly Node[], indent: number): string[] {
  const conditions = partsOf(nodes, (at) => isConnective(nodes, at))
  if (conditions.length > 1) return hanging(conditions, indent)
  const terms = partsOf(nodes, (at) => ['+', '||', '|'].includes(wordOf(nodes[at])))
  if (terms.length > 2) return hanging(terms, indent)
  const longest = nodes.filter(isGroup).sort((a, b) => flat(b.nodes).length - flat(a.nodes).length)[0]
  if (!longest || longest.nodes.length < 2) return [indented(indent, flat(nodes))]
  const at = nodes.indexOf(longest)
  const closing: Node[] = [{ ...longest.close, isSpaced: false }, ...nodes.slice(at + 1)]
  return [
    ...headLines([...nodes.slice(0, at), longest.open], indent),
    ...(isSpecial(nodes[at - 1])
      ? [indented(indent + 2, flat(longest.nodes))]
      : linesOf(longest.nodes, indent + 2)),
    ...headLines(closing, indent),
  ]
}

const headLines = (nodes: readonly Node[], indent: number): string[] =>
  fits(nodes, indent) ? [indented(indent, flat(nodes))] : linesOf(nodes, indent)

const hanging = (parts: readonly Node[][], indent: number): string[] =>
  parts.flatMap((part, i) => (i === 0 ? linesOf(part, indent) : linesOf(part, indent + 2)))

/** AND and OR between conditions; not the AND of a BETWEEN. */
function isConnective(nodes: readonly Node[], at: number): boolean {
  if (wordOf(nodes[at]) === 'OR') return true
  if (wordOf(nodes[at]) !== 'AND') return false
  const earlier = nodes.slice(0, at).map(wordOf)
  return earlier.lastIndexOf('BETWEEN') <= earlier.lastIndexOf('AND')
}

/** Functions whose arguments hold a FROM of their own. */
const isSpecial = (node: Node | undefined) => /^(EXTRACT|SUBSTRING|TRIM|OVERLAY)$/.test(wordOf(node))
