import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OPERATOR_NAMES, operatorOf } from '#domain/operator'

describe('operatorOf', () => {
  it.each([
    ['iam', 'iam'],
    ['IAM', 'iam'],
    ['Maroc Telecom', 'iam'],
    ['MAROC TÉLÉCOM', 'iam'],
    ['maroc-telecom', 'iam'],
    ['Maroc Telecom (IAM)', 'iam'],
    ['Itissalat Al-Maghrib', 'iam'],
    ['Itissalat Al Maghrib S.A.', 'iam'],
    ['اتصالات المغرب', 'iam'],
    ['إتّصالات المغرب', 'iam'],
    ['60401', 'iam'],
    ['604-01', 'iam'],
    ['Orange', 'orange'],
    ['Orange Maroc', 'orange'],
    ['Médi Télécom', 'orange'],
    ['Medi Telecom SA', 'orange'],
    ['Méditel', 'orange'],
    ['أورنج المغرب', 'orange'],
    ['604 00', 'orange'],
    ['inwi', 'inwi'],
    ['INWI ', 'inwi'],
    ['Wana', 'inwi'],
    ['WANA Corporate', 'inwi'],
    ['إنوي', 'inwi'],
    ['انوي', 'inwi'],
    ['60402', 'inwi'],
    ['60405', 'inwi'],
    ['  Green   Development ', 'green development'],
    ['Cafe\u0301 Net', 'café net'],
    ['', null],
    ['   ', null],
    ['\u0000', null],
    ['\ud800', null],
    ['a\udc00b', 'a b'],
    [null, null],
    [undefined, null],
  ])('%s → %s', (name, id) => expect(operatorOf(name)).toBe(id))

  it('recognises the names that are shown', () => {
    for (const [id, names] of Object.entries(OPERATOR_NAMES))
      for (const name of Object.values(names)) expect(operatorOf(name)).toBe(id)
  })

  const anyName = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('Orange', 'İAM', 'wana  ', 'ΑΣ'),
  )

  it('maps an id to itself', () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const id = operatorOf(name)
        return operatorOf(id) === id
      }),
      { numRuns: 2000 },
    )
  })

  it('ignores case and outer and double spaces', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z0-9 ]{0,20}$/), (name) => {
        const spaced = `\t ${name.replaceAll(' ', '  ').toUpperCase()} `
        return operatorOf(spaced) === operatorOf(name)
      }),
    )
  })

  it('never gives a text that PostgreSQL would refuse', () => {
    fc.assert(fc.property(anyName, (name) => !/[\p{Cc}\p{Cs}]/u.test(operatorOf(name) ?? '')))
  })
})
