/** The sentences and the drawing of the page for paper, without a browser. */
import { CLASSES, type ClassCounts } from '#domain/verdict'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nonOverlapping, projectionOf, scaleBarKm } from '../../web/report/projection.js'
import { shareText, summaryOf } from '../../web/report/summary.js'
import { LANGUAGES, localizerOf } from '../../web/src/language/language.js'

type Facts = Parameters<typeof summaryOf>[1]

const NONE: ClassCounts = { white: 0, grey: 0, black: 0, unknown: 0 }
const EMPTY: Facts = {
  counts: { ...NONE, notMeasured: 900 },
  people: { population: NONE },
  before: null,
  worst: [],
  zones: [],
}
const anyCounts = fc
  .tuple(fc.nat(5_000), fc.nat(5_000), fc.nat(5_000), fc.nat(5_000))
  .map(([white, grey, black, unknown]): ClassCounts => ({ white, grey, black, unknown }))
const anyFacts: fc.Arbitrary<Facts> = fc.record({
  counts: fc.option(fc.tuple(anyCounts, fc.nat(200_000)).map(([c, notMeasured]) => ({ ...c, notMeasured }))),
  people: fc.record({ population: anyCounts }),
  before: fc.option(
    fc.record({ run: fc.nat(99), to: fc.constant('2026-11-01'), white: fc.option(fc.nat(9_000)) }),
  ),
  worst: fc.constant([]),
  zones: fc.constant(null),
})

test('whatever the figures are, every sentence is whole in every language', () => {
  fc.assert(
    fc.property(anyFacts, fc.constantFrom(...LANGUAGES), (facts, lang) => {
      const said = summaryOf(localizerOf(lang), facts)
      expect(said.length).toBeGreaterThan(0)
      for (const sentence of said) {
        expect(sentence).not.toMatch(/[{}]|undefined|null|NaN|Infinity/)
        expect(sentence).toMatch(/[.]$/)
      }
    }),
  )
})

test.each([
  ['en', 'nothing is known', 'not known'],
  ['fr', 'rien n’est connu', 'n’est pas connu'],
  ['ar', 'لا شيء معروف', 'غير معروف'],
] as const)('in %s what is not known is said to be so, and no zero is claimed', (lang, cells, people) => {
  const [first, second, ...more] = summaryOf(localizerOf(lang), EMPTY)
  expect(first).toContain(cells)
  expect(second).toContain(people)
  expect(more).toEqual([])
  expect(`${first} ${second}`).not.toMatch(/\d/)
})

test.each([
  [
    'en',
    [
      '12 cells of 1,012',
      '3 white',
      '540 people of the 2,000',
      '27%',
      'Aknoul',
      '2 white cells more',
      'run 4',
    ],
  ],
  [
    'fr',
    [
      '12 mailles mesurées sur 1\u202f012',
      '3 blanches',
      '540 habitants',
      '27\u00a0%',
      'Aknoul',
      '2 mailles blanches de plus',
      'nº 4',
    ],
  ],
  ['ar', ['قيست 12 خلية من أصل 1.012', '3 بيضاء', '540', '27٪', 'أكنول', 'خليتان بيضاوان', 'رقم 4']],
] as const)('in %s a clerk reads the figures out', (lang, parts) => {
  const facts: Facts = {
    counts: { white: 3, grey: 4, black: 4, unknown: 1, notMeasured: 1_000 },
    people: { population: { ...NONE, white: 540, unknown: 1_460 } },
    before: { run: 4, to: '2026-10-01', white: 1 },
    worst: [{ nameFr: 'Aknoul', nameAr: 'أكنول', people: { ...NONE, white: 400 } } as Facts['worst'][number]],
    zones: null,
  }
  const said = summaryOf(localizerOf(lang), facts).join(' ').replaceAll('\u00a0%', '\u00a0%')
  for (const part of parts) expect(said.replace(/[\u200e\u200f\u061c\u2068\u2069]/g, '')).toContain(part)
  expect(
    summaryOf(localizerOf(lang), { ...facts, before: { run: 4, to: '2026-10-01', white: 3 } })[2],
  ).not.toMatch(/{/)
})

test('a share that is neither none nor all is never said to be', () => {
  const en = localizerOf('en')
  expect([0, 0.0002, 0.004, 0.27, 0.9951, 0.9999, 1].map((share) => shareText(en, share))).toEqual([
    '0%',
    'less than 0.1%',
    '0.4%',
    '27%',
    '99.5%',
    'more than 99.9%',
    '100%',
  ])
})

const frame = { width: 186, height: 90 }

test('an area lies inside the frame, north up, and a kilometre has the same length both ways', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -17, max: -2, noNaN: true }),
      fc.double({ min: 21, max: 35, noNaN: true }),
      fc.double({ min: 0.01, max: 6, noNaN: true }),
      fc.double({ min: 0.01, max: 6, noNaN: true }),
      (west, south, wide, high) => {
        const [east, north] = [west + wide, south + high]
        const { at, mmPerKm } = projectionOf([west, south, east, north], frame, 5)
        const [[x0, y0], [x1, y1]] = [at(west, south), at(east, north)]
        expect(Math.min(x0, x1, y0 - 0, y1)).toBeGreaterThan(4.999)
        expect(x1).toBeLessThan(frame.width - 4.999)
        expect(y0).toBeLessThan(frame.height - 4.999)
        expect(y1).toBeLessThan(y0)
        expect((y0 - y1) / (high * 111.2)).toBeCloseTo(mmPerKm, 6)
        const shrink = Math.cos((((south + north) / 2) * Math.PI) / 180)
        expect((x1 - x0) / (wide * 111.2 * shrink)).toBeCloseTo(mmPerKm, 6)
        const km = scaleBarKm(mmPerKm, 36)
        expect(km * mmPerKm).toBeLessThanOrEqual(36.001)
        expect(km * mmPerKm).toBeGreaterThan(36 / 2.5 - 0.001)
        expect(String(km)).toMatch(/^(0\.0*)?[125]0*$/)
      },
    ),
  )
})

test('labels overlap neither marks nor one another, and the first comes first', () => {
  const label = fc.record({
    x: fc.double({ min: 0, max: 186, noNaN: true }),
    y: fc.double({ min: 0, max: 90, noNaN: true }),
    text: fc.string({ minLength: 1, maxLength: 20 }),
  })
  fc.assert(
    fc.property(fc.array(label, { maxLength: 30 }), fc.array(label, { maxLength: 5 }), (labels, marks) => {
      const shown = nonOverlapping(labels, frame, 2.5, marks)
      const half = (text: string) => (text.length * 2.5 * 0.56) / 2
      for (const [i, a] of shown.entries()) {
        for (const b of shown.slice(0, i))
          expect(Math.abs(a.x - b.x) >= half(a.text) + half(b.text) || Math.abs(a.y - b.y) >= 2.5).toBe(true)
        for (const m of marks)
          expect(Math.abs(a.x - m.x) >= half(a.text) || Math.abs(a.y - 0.9 - m.y) >= 2).toBe(true)
      }
      const fits = ({ x, y, text }: (typeof labels)[number]) =>
        x > half(text) + 1 && x < 185 - half(text) && y > 3 && y < 87
      const first = labels.find(fits)
      if (first && marks.length === 0 && labels[0] === first) expect(shown[0]).toBe(first)
    }),
  )
})

test('every class has a count in the sum of what is said', () => {
  const en = localizerOf('en')
  for (const colour of CLASSES) {
    const counts = { ...NONE, notMeasured: 10, [colour]: 7 }
    expect(summaryOf(en, { ...EMPTY, counts })[0]).toContain(
      `7 ${colour === 'unknown' ? 'undecided' : colour}`,
    )
  }
})
