/** The French and Arabic words of the glossary are those of the page, and no term stands twice. */
import { EVENT_NAMES } from '#domain/event'
import { readFileSync, readdirSync } from 'node:fs'
import { basename, dirname, resolve } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ar } from '../../web/locales/ar.js'
import { fr } from '../../web/locales/fr.js'

type Messages = Record<string, string>
type Dictionary = Record<'fr' | 'ar', Messages>

interface Term {
  term: string
  /** `part.key` of a message of the page; empty where the page does not show the term. */
  message: string
  fr: string
  ar: string
}

const ROW = /^\| (?!term |-)(.+?)\s*\| .+?\| `.+?`\s*\| (.*?)\s*\| (.*?)\s*\| (.*?)\s*\|$/gm

const terms: Term[] = [...readFileSync('docs/glossary.md', 'utf8').matchAll(ROW)].map(
  ([, term, message, french, arabic]) => ({
    term: term!,
    message: message!.replaceAll('`', ''),
    fr: french!,
    ar: arabic!,
  }),
)
const shownTerms = terms.filter(({ message }) => message !== '')

const dictionaries: Record<string, Dictionary> = { page: { fr, ar }, event: EVENT_NAMES }

/** Each view and the report have their words in a file of their own, named by the folder that it lies in. */
beforeAll(async () => {
  const files = readdirSync('web', { recursive: true, encoding: 'utf8' })
  for (const file of files.filter((name) => basename(name) === 'words.ts')) {
    const { WORDS } = (await import(resolve('web', file))) as { WORDS: Dictionary }
    dictionaries[basename(dirname(file))] = WORDS
  }
  const { MESSAGES } = (await import(resolve('web/probe/locales.ts'))) as { MESSAGES: Dictionary }
  dictionaries['probe'] = MESSAGES
})

test('the table is read whole', () => {
  const rows = readFileSync('docs/glossary.md', 'utf8').match(/^\| (?!term |-).*\|$/gm)!
  expect(terms).toHaveLength(rows.length)
  expect(shownTerms.length).toBeGreaterThan(70)
})

test.each(shownTerms)('“$term” is called $fr and $ar in the message $message', ({ message, ...words }) => {
  const [part, key] = [message.slice(0, message.indexOf('.')), message.slice(message.indexOf('.') + 1)]
  for (const language of ['fr', 'ar'] as const) {
    const text = dictionaries[part]?.[language][key]
    expect(text, `no message ${message}`).toBeDefined()
    expect(words[language]).not.toBe('')
    expect(text!.toLowerCase()).toContain(words[language].toLowerCase())
  }
})

test('a term without a message has no words of the page', () => {
  const unfounded = terms.filter((term) => term.message === '' && term.fr + term.ar !== '')
  expect(unfounded.map(({ term }) => term)).toEqual([])
})

test('no term stands twice', () => {
  const names = terms.flatMap(({ term }) => term.split(', '))
  expect(names.filter((name, n) => names.indexOf(name) !== n)).toEqual([])
})
