import { MAX_PASSWORD_LENGTH, passwordFaultOf } from '#domain/account'
import { isCommonPassword } from '#store/people'
import { describe, expect, test } from 'vitest'

const faultOf = (password: string, name = 'leila') => passwordFaultOf(password, name, isCommonPassword)

describe('a password', () => {
  test.each([
    ['elevensigns', 'short'],
    ['', 'short'],
    ['x1'.repeat(MAX_PASSWORD_LENGTH), 'long'],
    ['aaaaaaaaaaaa', 'monotonous'],
    ['121212121212', 'monotonous'],
    ['123456789012', 'monotonous'],
    ['abcdefghijkl', 'monotonous'],
    ['azertyuiopqs', 'monotonous'],
    ['poiuytrezanb', 'monotonous'],
    ['qwerty123456', 'common'],
    ['1qaz2wsx3edc', 'common'],
    ['Password2026', 'common'],
    ['P@ssw0rd!!!!', 'common'],
    ['passwordpassword', 'common'],
    ['MotDePasse12', 'common'],
    ['2026casablanca', 'common'],
    ['MAROC-2026-2030', 'common'],
    ['taghtiya12345', 'common'],
    ['leila1234567', 'name'],
    ['Leila-Leila-7', 'name'],
  ])('%s: %s', (password, fault) => {
    expect(faultOf(password)).toBe(fault)
  })

  test.each([
    'correct horse battery',
    'une phrase à moi seule',
    'حصان صحيح وبطارية',
    'leila et ses onze cousines',
    'k7#vQz!m2Lp9',
  ])('%s may be chosen', (password) => {
    expect(faultOf(password)).toBeNull()
  })

  test('letters outside the Latin script count as one sign each', () => {
    expect(faultOf('😀😁😂😃😄😅😆😇😈😉😊😋')).toBeNull()
    expect(faultOf('كلمة قصيرة')).toBe('short')
  })
})
