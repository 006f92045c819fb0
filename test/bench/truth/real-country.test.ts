import { expect, test } from 'vitest'
import { OPERATORS, OVERSTATED, makeRealCountry } from './real-country.js'
import { measureCountry } from './real-measuring.js'

const END = new Date('2026-11-01T00:00:00Z')
const VILLAGES = 150
const country = makeRealCountry(VILLAGES, 11)
const cells = [...country.cells.values()]
const measured = measureCountry(country, END)

const shareOf = <T>(items: readonly T[], isCounted: (item: T) => boolean) =>
  items.filter(isCounted).length / items.length

test('the same seed gives the same country and the same samples, another seed others', () => {
  const again = makeRealCountry(VILLAGES, 11)
  const samples = measureCountry(again, END).samples
  expect(samples).toEqual(measured.samples)
  expect([...again.cells.values()]).toEqual(cells)
  expect(measureCountry(makeRealCountry(VILLAGES, 12), END).samples).not.toEqual(samples)
})

test('all classes occur, and neighbouring cells are alike', () => {
  for (const colour of ['white', 'grey', 'black'])
    expect(shareOf(cells, (cell) => cell.class === colour)).toBeGreaterThan(0.05)
  for (const operator of OPERATORS) {
    const pairs = country.villages.map(({ rings }) => [rings[0]![0]!, rings[1]![0]!] as const)
    const serves = (h3: string) => country.cells.get(h3)!.serving.includes(operator)
    expect(shareOf(pairs, ([a, b]) => serves(a) === serves(b))).toBeGreaterThan(0.75)
  }
})

test('seven offices in ten have one line, two in ten two, the others all', () => {
  for (const [lines, share] of [
    [1, 0.7],
    [2, 0.2],
    [3, 0.1],
  ] as const)
    expect(shareOf(measured.offices, (office) => office.lines.length === lines)).toBeCloseTo(share, 1)
})

test('each operator overstates its 4G by the share that is known of it', () => {
  for (const operator of OPERATORS) {
    const declared = cells.filter((cell) => cell.declaring.includes(operator))
    const isServed = (cell: (typeof cells)[number]) =>
      cell.networks.some((n) => n.operator === operator && n.technology === '4g' && n.passShare >= 0.8)
    expect(shareOf(declared, (cell) => !isServed(cell))).toBeCloseTo(OVERSTATED[operator], 2)
  }
})

test('samples lie in the year before the end, in working hours, and a known share of devices is faulty', () => {
  const times = measured.samples.map(({ at }) => at)
  expect(times.reduce((a, b) => Math.min(a, b))).toBeGreaterThan(END.getTime() - 366 * 86_400_000)
  expect(times.reduce((a, b) => Math.max(a, b))).toBeLessThan(END.getTime())
  expect(times.every((at) => new Date(at).getUTCHours() >= 7 && new Date(at).getUTCHours() < 21)).toBe(true)
  expect(shareOf(measured.offices, ({ fault }) => fault !== null)).toBeCloseTo(0.04, 1)
})

test('agents try every operator, and offices alone leave some untried in most cells', () => {
  const withoutAgents = measureCountry(country, END, false)
  const isWhole = (tried: Map<string, Set<string>>) =>
    shareOf([...tried.values()], (operators) => operators.size === OPERATORS.length)
  expect(isWhole(measured.tried)).toBeGreaterThan(isWhole(withoutAgents.tried))
  expect(isWhole(withoutAgents.tried)).toBeLessThan(0.35)
})
