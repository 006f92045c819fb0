import { claimTexts, claimedName, claimedRole } from '#domain/account'
import { ROLES } from '#store/people'
import { expect, test } from 'vitest'

test('the texts of a claim are found by its path', () => {
  const claims = {
    roles: ['a', 7, 'b'],
    realm_access: { roles: ['c'] },
    'https://example.ma/roles': 'd',
    group: 'e',
  }
  expect(claimTexts(claims, 'roles')).toEqual(['a', 'b'])
  expect(claimTexts(claims, 'realm_access.roles')).toEqual(['c'])
  expect(claimTexts(claims, 'https://example.ma/roles')).toEqual(['d'])
  expect(claimTexts(claims, 'group')).toEqual(['e'])
  for (const path of ['none', 'roles.length', 'realm_access', 'constructor', '__proto__', 'group.x'])
    expect([path, claimTexts(claims, path)]).toEqual([path, []])
})

test('the highest role counts, and none without a value that has one', () => {
  const roles = { admins: 'administrator', staff: 'analyst', iam: 'operator:iam' }
  expect(claimedRole(['staff', 'admins'], roles, ROLES)).toEqual({ role: 'administrator', operator: null })
  expect(claimedRole(['iam', 'unknown'], roles, ROLES)).toEqual({ role: 'operator', operator: 'iam' })
  expect(claimedRole(['constructor', 'toString'], roles, ROLES)).toBeNull()
  expect(claimedRole([], roles, ROLES)).toBeNull()
})

test('the name is what the person signs in by, else the address, else the name', () => {
  expect(claimedName({ name: 'Leïla A.', email: 'l@x.ma', preferred_username: 'leila' })).toBe('leila')
  expect(claimedName({ name: 'Leïla A.', email: 'l@x.ma' })).toBe('l@x.ma')
  expect(claimedName({ name: 'Leïla A.', email: 7 })).toBe('Leïla A.')
  expect(claimedName({ name: 'x' })).toBeNull()
})
