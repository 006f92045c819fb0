/**
 * How the country of the real shape is measured: offices with one line mostly, for some months of the year and with gaps;
 * agents that carry all SIMs to few places; devices that lie or are broken.
 */
import { type Random, gaussian, seeded } from './random.js'
import {
  OPEN_HOURS,
  OPERATORS,
  type Operator,
  type RealCell,
  type RealCountry,
  SPREAD,
  type TrueNetwork,
  type Village,
  conditionsAt,
} from './real-country.js'
import type { Sample } from './samples.js'

/** Days before the end in which somebody may measure. */
const DAYS = 365
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000

/** How many operators an office has a line of: the share of one, of two, and the rest of all. */
const ONE_LINE = 0.7
const TWO_LINES = 0.2
/** Share of each operator among the lines of offices, where all work alike. */
const MARKET: Record<Operator, number> = { iam: 0.5, orange: 0.28, inwi: 0.22 }
/** How often an office has a line that does not work, against one that works. */
const BAD_CHOICE = 0.25
/** Share of lines on copper or fibre where there is some. */
const FIXED_LINE = 0.6
/** Share of the villages that agents visit, and of those visits that end on the first day. */
const CAMPAIGNS = 0.06
const CUT_SHORT = 0.3
/** Share of the devices that lie or are broken. */
export const FAULTY = 0.04

type Fault = 'slow_wifi' | 'stuck' | 'tenfold' | 'elsewhere'
const FAULTS: readonly [Fault, share: number][] = [
  ['slow_wifi', 0.4],
  ['stuck', 0.25],
  ['tenfold', 0.2],
  ['elsewhere', 0.15],
]

/** An office with its lines; `fault` is what is wrong with its device. */
interface Office {
  id: number
  cell: RealCell
  lines: TrueNetwork[]
  isSchool: boolean
  fault: Fault | null
}

export interface Measured {
  offices: Office[]
  samples: Sample[]
  /** Cells with at least one sample, and the operators that were tried there by a sample. */
  tried: Map<string, Set<Operator>>
}

/** All samples of the year before `end`. `campaigns` false: agents stay at home. */
export function measureCountry(country: RealCountry, end: Date, campaigns = true): Measured {
  const random = seeded(country.seed ^ 0x0ff1ce)
  const offices = country.villages.flatMap((village, i) => officesOf(country, village, i, random))
  const samples = offices.flatMap((office) => [...officeSamples(country, office, end)])
  if (campaigns)
    for (const [i, village] of country.villages.entries()) {
      const draw = seeded(country.seed ^ Math.imul(i + 1, 0x51ed270b))
      if (draw() < CAMPAIGNS) samples.push(...campaignSamples(country, village, i, end, draw))
    }
  const tried = new Map<string, Set<Operator>>()
  for (const { h3, operator } of samples)
    tried.set(h3, (tried.get(h3) ?? new Set()).add(operator as Operator))
  return { offices, samples, tried }
}

function officesOf({ cells }: RealCountry, village: Village, index: number, random: Random): Office[] {
  const count = Math.max(1, Math.min(7, Math.round(2.2 + 1.2 * village.size + 0.7 * gaussian(random))))
  return Array.from({ length: count }, (_, n): Office => {
    const at = random()
    const ring = village.rings[at < 0.6 ? 0 : at < 0.92 ? 1 : 2]!
    const cell = cells.get(pick(ring, random))!
    const lines = operatorsOf(cell, random).map((operator) => lineOf(cell, operator, random))
    return {
      id: index * 10 + n,
      cell,
      lines,
      isSchool: random() < 0.5,
      fault: random() < FAULTY ? faultOf(random()) : null,
    }
  })
}

const pick = <T>(items: readonly T[], random: Random): T => items[Math.floor(random() * items.length)]!

function faultOf(roll: number): Fault {
  let sum = 0
  return FAULTS.find(([, share]) => roll < (sum += share))?.[0] ?? 'slow_wifi'
}

/** An office buys from who works at its place, mostly. */
function operatorsOf(cell: RealCell, random: Random): Operator[] {
  const roll = random()
  const count = roll < ONE_LINE ? 1 : roll < ONE_LINE + TWO_LINES ? 2 : OPERATORS.length
  const weight = (operator: Operator) => MARKET[operator] * (cell.serving.includes(operator) ? 1 : BAD_CHOICE)
  return OPERATORS.map((operator) => ({ operator, key: random() ** (1 / weight(operator)) }))
    .sort((a, b) => b.key - a.key)
    .slice(0, count)
    .map(({ operator }) => operator)
}

function lineOf(cell: RealCell, operator: Operator, random: Random): TrueNetwork {
  const own = cell.networks.filter((network) => network.operator === operator)
  const mobile = own.find(({ technology }) => technology === '4g')!
  const fixed =
    own.find(({ technology }) => technology === 'fibre') ??
    own.find(({ technology }) => technology === 'adsl')
  return fixed && random() < FIXED_LINE ? fixed : mobile
}

/** Installed some day of the year, silent in some weeks, and a school's in summer. */
function* officeSamples(country: RealCountry, office: Office, end: Date): Generator<Sample> {
  const random = seeded(country.seed ^ Math.imul(office.id + 1, 0x85ebca6b))
  const installed = Math.floor(random() * (DAYS - 20))
  const isUnattended = random() < 0.7
  const activity = isUnattended ? 0.25 + 0.35 * random() : 0.05 + 0.15 * random()
  const hours = isUnattended ? OPEN_HOURS : { from: 9, to: 17 }
  const weeksOff = Array.from({ length: DAYS / 7 + 2 }, () => random() < 0.15)
  const places = office.lines.map((line) => line.placeSpread * gaussian(random))
  for (let day = installed; day < DAYS; day++) {
    const midnight = end.getTime() - (DAYS - day) * DAY_MS
    const yearShare = yearShareOf(midnight)
    const isHoliday = office.isSchool && yearShare > 0.51 && yearShare < 0.67
    if (random() >= activity || weeksOff[Math.floor(day / 7)] || isHoliday) continue
    const weather = SPREAD.day * gaussian(random)
    for (let n = 0, count = 1 + Math.floor(random() * 2); n < count; n++)
      for (const [i, line] of office.lines.entries()) {
        const hour = hours.from + random() * (hours.to - hours.from)
        const noise = places[i]! + weather + SPREAD.measurement * gaussian(random)
        const sample = sampleOf(
          office.cell.h3,
          line,
          `${office.id}`.padStart(12, '0'),
          midnight,
          hour,
          noise,
          random,
        )
        yield faulty(sample, office.fault, random)
      }
  }
}

/** Morocco's clock is an hour ahead of UTC. */
const timeOf = (midnight: number, hour: number) => midnight + (hour - 1) * HOUR_MS

function yearShareOf(at: number): number {
  const year = new Date(at).getUTCFullYear()
  return (at - Date.UTC(year, 0, 1)) / (365.25 * DAY_MS)
}

function sampleOf(
  h3: string,
  network: TrueNetwork,
  device: string,
  midnight: number,
  hour: number,
  noise: number,
  random: Random,
): Sample {
  const { logSpeed, silence } = conditionsAt(network, hour, yearShareOf(midnight))
  const bps = random() < silence ? null : Math.round(Math.exp(logSpeed + noise))
  return {
    h3,
    operator: network.operator,
    technology: network.technology,
    device: `00000000-0000-4000-8000-${device}`,
    at: timeOf(midnight, hour),
    bps,
  }
}

/** What a device with a fault says instead. */
function faulty(sample: Sample, fault: Fault | null, random: Random): Sample {
  switch (fault) {
    case null:
      return sample
    case 'slow_wifi':
      return { ...sample, bps: sample.bps && Math.min(sample.bps, Math.round(4e5 + 1.2e6 * random())) }
    case 'stuck':
      return { ...sample, bps: null }
    case 'tenfold':
      return { ...sample, bps: sample.bps && sample.bps * 10 }
    case 'elsewhere':
      // Carried off to a town: it measures there, and says that it stands here.
      return { ...sample, bps: Math.round(Math.exp(Math.log(20e6) + 0.5 * gaussian(random))) }
  }
}

/** An agent tries every operator's 4G in the village's middle and in one cell beside it, twelve times on three days. */
function* campaignSamples(
  country: RealCountry,
  village: Village,
  index: number,
  end: Date,
  random: Random,
): Generator<Sample> {
  const cells = [village.rings[0]![0]!, pick(village.rings[1]!, random)]
  const first = Math.floor(random() * (DAYS - 10))
  const days = random() < CUT_SHORT ? 1 : 3
  for (const [i, h3] of cells.entries())
    for (const network of country.cells.get(h3)!.networks.filter(({ technology }) => technology === '4g'))
      for (let day = 0; day < days; day++) {
        const midnight = end.getTime() - (DAYS - first - 2 * day) * DAY_MS
        const weather = SPREAD.day * gaussian(random)
        for (let n = 0; n < 4; n++) {
          // The agent walks about, so that every test has a place of its own.
          const noise =
            network.placeSpread * gaussian(random) + weather + SPREAD.measurement * gaussian(random)
          const device = `9${String(index * 10 + i).padStart(11, '0')}`
          yield sampleOf(h3, network, device, midnight, 9 + 2.5 * n + random(), noise, random)
        }
      }
}
