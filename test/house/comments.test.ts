/** Comments of declarations read as sentences or noun phrases, so that a newcomer need not guess their subject. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import ts from 'typescript'
import { expect, test } from 'vitest'

const ROOMS = ['apps', 'libs', 'migrations', 'scripts', 'test/support', 'web/probe', 'web/report', 'web/src']

/** First words that make a fragment of which the reader has to guess the subject. */
const FRAGMENT =
  /^(Of|By|For|In|Null|Only|Where|As|Not|With|Without|From|To|At|On|So|Once|Never|What|How|Why|Which)\b/

const sources = ROOMS.flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
).filter((file) => /\.(tsx?|mjs)$/.test(file) && !file.endsWith('.d.ts'))

/** The doc comments of a text, each as its line and its words. */
function docCommentsOf(text: string, file = 'a.tsx'): { line: number; words: string }[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
  const comments = new Map<number, string>()
  const visit = (node: ts.Node): void => {
    for (const { pos, end } of ts.getLeadingCommentRanges(text, node.pos) ?? [])
      if (text.startsWith('/**', pos)) comments.set(pos, text.slice(pos + 3, end - 2))
    ts.forEachChild(node, visit)
  }
  visit(source)
  return [...comments].map(([pos, comment]) => ({
    line: source.getLineAndCharacterOfPosition(pos).line + 1,
    words: comment.replace(/^\s*\*/gm, ' ').trim(),
  }))
}

const fragmentsOf = (text: string, file?: string) =>
  docCommentsOf(text, file).filter(({ words }) => FRAGMENT.test(words))

test('a comment that begins with a preposition, with Null or with What is found', () => {
  const text = `/** Of the run. */
interface A {
  /** Null where nobody measured. */
  at: number | null
  /**
   * What an area is ordered by.
   */
  order: string
  /** Whether it is current. */
  current: boolean
  /** Number of cells, of which some are white. */
  cells: number
}
// In a line comment any beginning is allowed.
const form = '/** Of a text. */'`
  expect(fragmentsOf(text).map(({ line }) => line)).toEqual([1, 3, 5])
})

test('no doc comment begins as a fragment', () => {
  expect(sources.length).toBeGreaterThan(600)
  const found = sources.flatMap((file) =>
    fragmentsOf(readFileSync(file, 'utf8'), file).map(({ line, words }) => `${file}:${line} ${words}`),
  )
  expect(found).toEqual([])
})
