import { describe, expect, test } from 'vitest'
import { loadConfig } from '#config'
import { trustedProxies } from '../../apps/api/http/clients/trusted-proxies.js'
import { forwardedAddressOf, networkOf, subscriberOf } from '../../apps/api/http/clients/client-address.js'

describe('addresses that belong together', () => {
  test.each([
    ['203.0.113.9', '203.0.113.9', '203.0.113'],
    ['::ffff:203.0.113.9', '203.0.113.9', '203.0.113'],
    ['2001:db8:a:b:1:2:3:4', '2001:db8:a:b', '2001:db8:a'],
    ['2001:0DB8:000a:000b::1', '2001:db8:a:b', '2001:db8:a'],
    ['2001:db8::1', '2001:db8:0:0', '2001:db8:0'],
    ['fe80::1%eth0', 'fe80:0:0:0', 'fe80:0:0'],
    ['::2', '0:0:0:0', '0:0:0'],
  ])('%s is one of the subscriber %s in the network %s', (address, subscriber, network) => {
    expect([subscriberOf(address), networkOf(address)]).toEqual([subscriber, network])
  })
})

test('only a proxy on this machine is believed about who asks', () => {
  expect(forwardedAddressOf('127.0.0.1', '198.51.100.7, 203.0.113.9')).toBe('203.0.113.9')
  expect(forwardedAddressOf('::1', '203.0.113.9, 127.0.0.1')).toBe('203.0.113.9')
  expect(forwardedAddressOf('192.0.2.1', '203.0.113.9')).toBe('192.0.2.1')
  expect(forwardedAddressOf('127.0.0.1', undefined)).toBeNull()
})

describe('proxies on other machines', () => {
  const isTrusted = trustedProxies(['10.0.4.2', '192.0.2.0/24', '2001:db8:1::/48'])

  test.each([
    ['127.0.0.1', true],
    ['::1', true],
    ['10.0.4.2', true],
    ['::ffff:10.0.4.2', true],
    ['10.0.4.3', false],
    ['192.0.2.77', true],
    ['192.0.3.1', false],
    ['2001:db8:1:2::3', true],
    ['2001:db8:2::1', false],
    ['', false],
    ['elsewhere', false],
  ])('%s is believed: %s', (address, expected) => expect(isTrusted(address)).toBe(expected))

  test('are believed about who asks, and nobody before them', () => {
    expect(forwardedAddressOf('10.0.4.2', '198.51.100.7, 203.0.113.9', isTrusted)).toBe('203.0.113.9')
    expect(forwardedAddressOf('10.0.4.2', '127.0.0.1, 203.0.113.9, 192.0.2.5', isTrusted)).toBe('203.0.113.9')
    expect(forwardedAddressOf('10.0.4.3', '203.0.113.9', isTrusted)).toBe('10.0.4.3')
    expect(forwardedAddressOf('10.0.4.2', undefined, isTrusted)).toBe('10.0.4.2')
  })

  test('are named by addresses and networks, of which none is everybody', () => {
    expect(loadConfig({ TRUST_PROXY: '10.0.4.2, 192.0.2.0/24,2001:db8::1' }).trustedProxies).toEqual([
      '10.0.4.2',
      '192.0.2.0/24',
      '2001:db8::1',
    ])
    for (const text of ['0.0.0.0/0', '10.0.0.256', 'proxy.example.ma', '10.0.0.0/33', '::/0', '10.0.0.0/8/8'])
      expect(() => loadConfig({ TRUST_PROXY: text })).toThrow(`it is "${text}"`)
  })
})
