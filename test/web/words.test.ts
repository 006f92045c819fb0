/** Every dictionary of the page, wherever it stands: no key too few, none too many, none that nobody says. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { ar } from '../../web/locales/ar.js'
import { en } from '../../web/locales/en.js'
import { fr } from '../../web/locales/fr.js'
import type { Dictionary } from '../../web/src/language/language.js'

/** Whether a value of the one type is taken where the other is asked for: known to the compiler alone. */
type IsTaken<Given, Asked> = Given extends Asked ? true : false
/** A page's words in French without most of them. */
const BARE: IsTaken<{ title: string }, typeof fr> = false
/** French lacks `b`. */
const MISSING: IsTaken<
  { en: Record<'a' | 'b', string>; fr: Record<'a', string>; ar: Record<'a', string> },
  Dictionary<'a' | 'b'>
> = false
/** There is no Arabic. */
const SILENT: IsTaken<Record<'en' | 'fr', Record<'a', string>>, Dictionary<'a'>> = false
/** Nothing lacks: the three above are refused for what they lack. */
const WHOLE: IsTaken<Record<'en' | 'fr' | 'ar', Record<'a', string>>, Dictionary<'a'>> = true

const ROOT = resolve('web')
const FILES = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/.test(name))
const sourceOf = (name: string) => readFileSync(join(ROOT, name), 'utf8')

interface Words {
  name: string
  words: Dictionary<string>
  /** Where its keys are said. */
  said: string
}

/** What stands below the words: functions that choose among them. */
const afterDictionary = (source: string) => source.slice(source.lastIndexOf('\n  },\n}\n'))

async function dictionaries(): Promise<Words[]> {
  const all: Words[] = []
  // Names of the domain are keys: a province's level is its word.
  const domain = readdirSync(resolve('libs/domain'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((file) => readFileSync(resolve('libs/domain', file), 'utf8'))
  for (const name of FILES.filter((file) => /: Dictionary</.test(sourceOf(file)))) {
    const exported = (await import(pathToFileURL(join(ROOT, name)).href)) as Record<string, unknown>
    const folder = name.slice(0, name.lastIndexOf('/') + 1)
    const others = FILES.filter((file) => file.startsWith(folder) && !file.endsWith('/words.ts')).map(
      sourceOf,
    )
    const said = [...others, afterDictionary(sourceOf(name)), ...domain]
    for (const words of Object.values(exported))
      if (words && typeof words === 'object' && 'ar' in words && typeof words.ar === 'object')
        all.push({ name, words: words as Dictionary<string>, said: said.join('\n') })
  }
  const page = [...FILES.filter((file) => !file.startsWith('locales/')).map(sourceOf), ...domain]
  return [...all, { name: 'page', words: { ar, fr, en }, said: page.join('\n') }]
}

const DICTIONARIES = await dictionaries()

test('a word that is missing does not compile', () => {
  expect([MISSING, SILENT, BARE, WHOLE]).toEqual([false, false, false, true])
})

test('the dictionaries are found', () => {
  expect(DICTIONARIES.length).toBeGreaterThan(3)
})

test.each(DICTIONARIES)('$name has the same keys in every language', ({ words }) => {
  for (const lang of ['fr', 'ar'] as const)
    expect(Object.keys(words[lang]).sort()).toEqual(Object.keys(words.en).sort())
})

/** `reach_${…}` in the source says all keys that begin so. */
function patternsIn(source: string): RegExp[] {
  return [...source.matchAll(/`(\w*)\$\{[^`}]+\}(\w*)`/g)]
    .filter(([, before, after]) => before || after)
    .map(([, before, after]) => new RegExp(`^${before}\\w+${after}$`))
}

test.each(DICTIONARIES)('$name has no key that nobody says', ({ words, said }) => {
  const patterns = patternsIn(said)
  const isSaid = (key: string) =>
    new RegExp(`(['"\`])${key}\\1|\\b${key}:`).test(said) || patterns.some((pattern) => pattern.test(key))
  expect(Object.keys(words.en).filter((key) => !isSaid(key))).toEqual([])
})
