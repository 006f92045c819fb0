import { describe, expect, test } from 'vitest'
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
