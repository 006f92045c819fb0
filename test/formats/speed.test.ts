import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { numberOf, speedOf, technologyOf, speedUnitOf } from '#formats/fields'

describe('numberOf', () => {
  it.each([
    ['12', 12],
    ['12.5', 12.5],
    ['12,5', 12.5],
    ['-6,85', -6.85],
    ['−6.85', -6.85],
    ['+1', 1],
    ['1 000', 1000],
    ['1\u202f234\u202f567,5', 1234567.5],
    ['2e6', 2e6],
    ['1.000,5', null],
    ['1,000.5', null],
    ['1 00', null],
    ['', null],
    ['.', null],
    ['0x10', null],
    ['1e999', null],
    ['Infinity', null],
    ['12 km', null],
  ])('%s is %s', (text, value) => expect(numberOf(text)).toBe(value))

  it('reads every number that a program writes', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        return numberOf(String(value)) === value && numberOf(String(value).replace('.', ',')) === value
      }),
    )
  })
})

describe('unitOf', () => {
  it.each([
    ['Débit (Mbps)', 1e6],
    ['Débit (Mbit/s)', 1e6],
    ['Débit en Mb/s', 1e6],
    ['DEBIT MBPS', 1e6],
    ['contractedDownMbps', 1e6],
    ['contracted_down_bps', 1],
    ['contractedDownBps', 1],
    ['débit kbit/s', 1e3],
    ['Kbps', 1e3],
    ['mégabits par seconde', 1e6],
    ['Gbit/s', 1e9],
    ['Méga', 1e6],
    ['صبيب التنزيل (ميغابت/ث)', 1e6],
    ['صبيب التنزيل (كيلوبت في الثانية)', 1e3],
    ['Débit (MB/s)', 'octets'],
    ['Débit (Mo/s)', 'octets'],
    ['mégaoctets', 'octets'],
    ['Débit descendant', null],
    ['Nombre de bâtiments', null],
    ['صبيب التنزيل', null],
  ])('%s → %s', (text, unit) => expect(speedUnitOf(text)).toBe(unit))
})

describe('speedOf', () => {
  it.each([
    ['20', 'Débit (Mbps)', 20e6],
    ['2,5', 'Débit (Mbps)', 2.5e6],
    ['20 Mbps', 'Débit', 20e6],
    ['512 kbps', 'Débit (Mbps)', 512e3],
    ['20M', 'Débit', 20e6],
    ['20 Méga', 'Débit', 20e6],
    ['20 ميغا', 'الصبيب', 20e6],
    ['1 000', 'kbit/s', 1e6],
    ['1 Gbit/s', '', 1e9],
    ['100000000', 'contracted_down_bps', 1e8],
    ['', 'Débit', null],
  ])('%s under “%s” is %s', (cell, header, value) => expect(speedOf(cell, header)).toEqual({ value }))

  it.each([
    ['20', 'Débit', /no unit: is 20 in Mbit\/s, kbit\/s or bit\/s\?/],
    ['20 MB/s', 'Débit (Mbps)', /bits or octets/],
    ['20', 'Débit (Mo/s)', /bits or octets/],
    ['20 parsecs', 'Débit (Mbps)', /unit “parsecs” is not known/],
    ['vite', 'Débit (Mbps)', /not a speed/],
    ['0', 'Débit (Mbps)', /above 0/],
    ['-2', 'Débit (Mbps)', /above 0/],
    ['20000000', 'Débit (Mbps)', /1 Tbit/],
    ['1.000,5', 'Débit (Mbps)', /not a speed/],
    ['10/2', 'Débit (Mbps)', /not known|not a speed/],
  ])('%s under “%s” is refused', (cell, header, reason) =>
    expect(speedOf(cell, header)).toEqual({ reason: expect.stringMatching(reason) }),
  )
})

describe('technologyOf', () => {
  it.each([
    ['Fibre optique', 'fibre'],
    ['FTTH', 'fibre'],
    ['الألياف البصرية', 'fibre'],
    ['ADSL', 'adsl'],
    ['4G+', '4g'],
    ['LTE', '4g'],
    ['الجيل الرابع', '4g'],
    ['VSAT', 'satellite_geo'],
    ['satellite_leo', 'satellite_leo'],
    ['الأقمار الاصطناعية', 'satellite_geo'],
    ['Wi-Fi', 'wifi_unknown'],
    ['pigeon', null],
    ['', null],
  ])('%s → %s', (text, technology) => expect(technologyOf(text)).toBe(technology))
})
