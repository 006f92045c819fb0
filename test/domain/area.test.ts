import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { levelOfCode, normaliseAreaCode, parentCodeOf } from '#domain/place'

const COMMUNES = new URL('../../../shared/data/communes_2014.csv', import.meta.url)
if (!existsSync(COMMUNES)) console.log('skipped: ../shared/data/communes_2014.csv is not here')

const digits = (length: number) =>
  fc.integer({ min: 0, max: 10 ** length - 1 }).map((n) => String(n).padStart(length, '0'))
const region = fc.integer({ min: 1, max: 12 }).map((n) => String(n).padStart(2, '0'))
const province = fc.tuple(region, digits(3)).map((parts) => parts.join('.'))
const commune = fc.tuple(province, digits(2), digits(2)).map((parts) => parts.join('.'))

describe('levelOfCode', () => {
  it.each([
    ['01', 'region'],
    ['12', 'region'],
    ['01.051', 'province'],
    ['01.051.07', 'cercle'],
    ['01.051.01.01', 'commune'],
    ['01.511.01.0', 'commune'],
    ['00', null],
    ['13', null],
    ['1', null],
    ['01.51', null],
    ['01.051.01.1', null],
    ['01.051.01.01.01', null],
    ['', null],
  ])('%s is %s', (code, level) => expect(levelOfCode(code)).toBe(level))
})

describe('parentCodeOf', () => {
  it.each([
    ['01', null],
    ['01.051', '01'],
    ['01.051.07', '01.051'],
    ['01.051.01.01', '01.051'],
    ['01.511.01.0', '01.511'],
    ['nonsense', null],
  ])('%s lies in %s', (code, parent) => expect(parentCodeOf(code)).toBe(parent))
})

describe('normaliseAreaCode', () => {
  it.each([
    ['010510101', '01.051.01.01'],
    ['10510101', '01.051.01.01'],
    ['10510101.0', '01.051.01.01'],
    ['01051', '01.051'],
    ['1051', '01.051'],
    ['1', '01'],
    ['12', '12'],
    ['001511010', '01.511.01.0'],
    ['01511010', '01.511.01.0'],
    ['1511010', '01.511.01.0'],
    ['61170820', '06.117.08.20'],
    ['120660301', '12.066.03.01'],
    ['0105107', '01.051.07'],
    ['105107', '01.051.07'],
    ['1012103', '10.121.03'],
    [' 01.051.01.01 ', '01.051.01.01'],
    ['01.051.01.01.', '01.051.01.01'],
    ['1.051.01.01', '01.051.01.01'],
  ])('%s is %s', (text, code) => expect(normaliseAreaCode(text)).toBe(code))

  it.each([
    '',
    '0',
    '00',
    '13',
    '130510101',
    '123',
    '1234567890',
    '01.51.01.01',
    '01-051',
    'Rabat',
    '1e8',
    '-1',
  ])('“%s” is none', (text) => expect(normaliseAreaCode(text)).toBeNull())

  it('returns dotted codes unchanged', () => {
    fc.assert(fc.property(fc.oneof(region, province, commune), (code) => normaliseAreaCode(code) === code))
  })

  it('restores the code of every commune from its digits, with or without the leading zero', () => {
    fc.assert(
      fc.property(commune, (code) => {
        const written = code.replaceAll('.', '')
        return [written, String(Number(written))].every((text) => normaliseAreaCode(text) === code)
      }),
    )
  })

  it('gives null or a code with a level, whatever the text', () => {
    const text = fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{1,13}$/))
    fc.assert(
      fc.property(text, (some) => {
        const code = normaliseAreaCode(some)
        return code === null || (levelOfCode(code) !== null && normaliseAreaCode(code) === code)
      }),
    )
  })

  it.skipIf(!existsSync(COMMUNES))('finds the 1,503 communes of 2014 from what a spreadsheet leaves', () => {
    const lines = readFileSync(COMMUNES, 'utf8').trim().split('\n').slice(1)
    const wrong = lines.filter((line) => {
      const [code, written] = line.split(',')
      const texts = [code!, written!, String(Number(written)), written!.padStart(9, '0')]
      return texts.some((text) => normaliseAreaCode(text) !== code)
    })
    expect(lines).toHaveLength(1503)
    expect(wrong).toEqual([])
  })
})
