import { ConfigError, loadConfig } from '#config'
import { expect, test } from 'vitest'

const ENV = {
  PUBLIC_URL: 'https://obs.example.ma',
  OIDC_ISSUER: 'https://id.example.ma/realms/state/',
  OIDC_CLIENT_ID: 'taghtiya',
  OIDC_ROLES: 'admins=administrator, noc = operator:iam',
}
const messagesOf = (env: Record<string, string>) => {
  try {
    loadConfig(env)
    return []
  } catch (error) {
    return (error as ConfigError).messages
  }
}

test('a provider is configured by a few variables, with defaults', () => {
  expect(loadConfig({}).oidc).toBeNull()
  expect(loadConfig(ENV).oidc).toEqual({
    issuer: 'https://id.example.ma/realms/state',
    clientId: 'taghtiya',
    clientSecret: null,
    name: 'id.example.ma',
    scope: 'openid profile email',
    roleClaim: 'roles',
    roles: { admins: 'administrator', noc: 'operator:iam' },
  })
  expect(messagesOf({ ...ENV, OIDC_ISSUER: 'http://127.0.0.1:4000' })).toEqual([])
})

test('what is wrong is said, all at once', () => {
  expect(messagesOf({ OIDC_ISSUER: 'http://id.example.ma' })).toEqual([
    expect.stringContaining('OIDC_ISSUER must be an https address; it is "http://id.example.ma"'),
    expect.stringContaining('OIDC_CLIENT_ID'),
    expect.stringContaining('PUBLIC_URL'),
    expect.stringContaining('OIDC_ROLES'),
  ])
  for (const roles of ['admins', 'admins=king', '=planner', 'x=operator'])
    expect(messagesOf({ ...ENV, OIDC_ROLES: roles })).toEqual([expect.stringContaining(`"${roles}"`)])
})
