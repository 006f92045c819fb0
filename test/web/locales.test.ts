import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import { expect, test } from 'vitest'
import { ar } from '../../web/locales/ar.js'
import { en } from '../../web/locales/en.js'
import { fr } from '../../web/locales/fr.js'
import { WORDS as DISPUTES } from '../../web/src/disputes/words.js'
import { WORDS as FIGURES } from '../../web/src/figures/words.js'
import { WORDS as PLATFORMS } from '../../web/src/platforms/words.js'
import { WORDS as PROGRAMME } from '../../web/src/programme/words.js'
import type { Dictionary } from '../../web/src/language/language.js'

/** The parameters that a message names. */
const parameters = (message: string) =>
  parse(message)
    .flatMap((part) =>
      part.type === TYPE.literal || part.type === TYPE.pound || part.type === TYPE.tag ? [] : [part.value],
    )
    .sort()

const DICTIONARIES: Record<string, Dictionary<string>> = {
  page: { ar, fr, en },
  figures: FIGURES,
  disputes: DISPUTES,
  platforms: PLATFORMS,
  programme: PROGRAMME,
}
const MESSAGES = Object.entries(DICTIONARIES).flatMap(([part, words]) =>
  Object.keys(words.en).map((key) => [part, key] as const),
)

test.each(MESSAGES)('%s, %s has the same parameters in every language', (part, key) => {
  const words = DICTIONARIES[part]!
  expect(parameters(words.fr[key]!)).toEqual(parameters(words.en[key]!))
  expect(parameters(words.ar[key]!)).toEqual(parameters(words.en[key]!))
  // A sign and a figure need no letter.
  expect(words.ar[key]).toMatch(/[\u0600-\u06ff]|^\u200e?.?\{/)
})

test.each(Object.keys(DICTIONARIES))('%s: no language has a key too many', (part) => {
  const words = DICTIONARIES[part]!
  expect(Object.keys(words.fr).sort()).toEqual(Object.keys(words.en).sort())
  expect(Object.keys(words.ar).sort()).toEqual(Object.keys(words.en).sort())
})
