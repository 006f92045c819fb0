import { TYPE, parse } from '@formatjs/icu-messageformat-parser'
import { expect, test } from 'vitest'
import { ar } from '../../web/locales/ar.js'
import { en } from '../../web/locales/en.js'
import { fr } from '../../web/locales/fr.js'

/** The parameters that a message names. */
const parameters = (message: string) =>
  parse(message)
    .flatMap((part) =>
      part.type === TYPE.literal || part.type === TYPE.pound || part.type === TYPE.tag ? [] : [part.value],
    )
    .sort()

test.each(Object.keys(en) as (keyof typeof en)[])('%s has the same parameters in every language', (key) => {
  expect(parameters(fr[key])).toEqual(parameters(en[key]))
  expect(parameters(ar[key])).toEqual(parameters(en[key]))
  expect(ar[key]).toMatch(/[\u0600-\u06ff]|^\{/)
})

test('no language has a key too many', () => {
  expect([Object.keys(fr), Object.keys(ar)]).toEqual([Object.keys(en), Object.keys(en)])
})
