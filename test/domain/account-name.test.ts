import { accountNameFaultOf, nameOutlineOf } from '#domain/account'
import { describe, expect, test } from 'vitest'

test.each(['leila', 'Leïla B.', 'karim-2', 'omar@example.ma', 'ليلى', 'ⵍⵉⵍⴰ', "N'Ait Ali"])(
  '%s is a name',
  (name) => {
    expect(accountNameFaultOf(name)).toBeNull()
  },
)

test.each([
  ['full-width letters', 'ａdmin', 'stand for other letters'],
  ['a ligature', 'ﬁrst', 'stand for other letters'],
  ['a letter of another alphabet', 'аdmin', 'a sign that names do not have'],
  ['an invisible sign', 'ad\u200bmin', 'a sign that names do not have'],
  ['a sign that turns the direction', 'ad\u202emin', 'a sign that names do not have'],
  ['a space at the end', 'admin ', 'begins or ends with a space'],
  ['two scripts', 'leila ليلى', 'mixes letters of several scripts'],
])('%s: %s is none', (_what, name, reason) => {
  expect(accountNameFaultOf(name)).toContain(reason)
})

describe('names that look alike have one outline', () => {
  test.each([
    ['admin', 'Admin'],
    ['admin', 'adrnin'],
    ['admin', 'admln'],
    ['admin', 'adm1n'],
    ['omar', '0mar'],
    ['leila', 'leïla'],
    ['karim b', 'karim.b'],
    ['علي', 'على'],
  ])('%s and %s', (a, b) => {
    expect(nameOutlineOf(a)).toBe(nameOutlineOf(b))
  })

  test('others do not', () => {
    const names = ['admin', 'omar', 'leila', 'karim', 'ليلى', 'علي']
    expect(new Set(names.map(nameOutlineOf)).size).toBe(names.length)
  })
})
