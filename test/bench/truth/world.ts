/**
 * A country whose truth is known: operators, true speeds by hour, shadowing, device noise, sparse sampling, liars. It
 * shares no code with the engine that it puts to the test: what is meant by passing, by a class and by a day is written
 * here again.
 */
import { cellToLatLng, gridDisk, latLngToCell } from 'h3-js'
import { type Random, gaussian, seeded } from './random.js'
import type { Sample } from './samples.js'

export const OPERATORS = ['iam', 'orange', 'inwi'] as const
export const SPEED_FLOOR_BPS = 2e6
export const SHARE_TO_PASS = 0.8
const OPERATORS_FOR_BLACK = 2

/** Spreads of the natural logarithm of speed: of places in a cell, of days, of one measurement. */
const SPREAD = { place: 0.25, day: 0.15, measurement: 0.35 }
/** Hours in which sites measure, local time: [first, last). */
const OPEN = { from: 8, to: 22 }
/** A year and some days before, so that every day judged has a whole window. */
const DAYS = 380
const DAY_MS = 86_400_000

export type TrueClass = 'white' | 'grey' | 'black'

export interface Line {
  operator: (typeof OPERATORS)[number]
  /** Median speed at a quiet hour, natural logarithm of bit/s. */
  logSpeed: number
  /** How much of it the busiest hour takes away. */
  dip: number
  /** Share of tries that find no service. */
  silence: number
  /** Share of all tries in the cell, over places, days and open hours, that reach the floor. */
  passShare: number
}

export interface TrueCell {
  h3: string
  class: TrueClass
  /** Nobody measures here: what is inferred of it is held against the truth. */
  isHidden: boolean
  lines: Line[]
}

export interface World {
  cells: TrueCell[]
  seed: number
}

/** Share of cells in which nobody measures. */
const HIDDEN = 0.15

export function makeWorld(count: number, seed: number): World {
  const random = seeded(seed)
  const disk = gridDisk(latLngToCell(32.6, -6.2, 8), Math.ceil(Math.sqrt(count / 3)))
  const land = {
    remoteness: smoothField(random),
    silence: smoothField(random),
    speeds: OPERATORS.map(() => smoothField(random)),
  }
  return { seed, cells: disk.slice(0, count).map((h3) => makeCell(h3, land, random)) }
}

type Field = (lat: number, lng: number) => number

/** About standard normal at each place, and alike at places a few kilometres apart: masts and valleys are not cells. */
function smoothField(random: Random): Field {
  const waves = Array.from({ length: 16 }, () => {
    const perKm = (2 * Math.PI) / (6 + 18 * random())
    const direction = 2 * Math.PI * random()
    return { x: perKm * Math.cos(direction), y: perKm * Math.sin(direction), phase: 2 * Math.PI * random() }
  })
  return (lat, lng) => {
    const [x, y] = [(lng + 6.2) * 93.5, (lat - 32.6) * 111]
    return (
      waves.reduce((sum, w) => sum + Math.cos(w.x * x + w.y * y + w.phase), 0) * Math.sqrt(2 / waves.length)
    )
  }
}

interface Land {
  remoteness: Field
  silence: Field
  speeds: Field[]
}

function makeCell(h3: string, land: Land, random: Random): TrueCell {
  const [lat, lng] = cellToLatLng(h3)
  // Cells differ more than the operators in one: a remote valley is slow or silent for all of them.
  const remoteness = 1 / (1 + Math.exp(-1.7 * land.remoteness(lat, lng)))
  const lines = OPERATORS.map((operator, i) => {
    const speed = 0.85 * land.speeds[i]!(lat, lng) + 0.53 * gaussian(random)
    const isDead = remoteness * 1.4 + 0.35 * land.silence(lat, lng) + 0.35 * gaussian(random) > 1.15
    return makeLine(operator, remoteness, speed, isDead, random)
  })
  return { h3, lines, class: classOf(lines), isHidden: random() < HIDDEN }
}

function makeLine(
  operator: Line['operator'],
  remoteness: number,
  speed: number,
  isDead: boolean,
  random: Random,
): Line {
  const logSpeed = Math.log(25e6) - 3 * remoteness + 0.9 * speed
  const line = { operator, logSpeed, dip: 0.2 + 0.5 * random(), silence: isDead ? 0.98 : 0.04 * random() }
  return { ...line, passShare: trueShare(line) }
}

/** Busiest at 21:00, quiet before noon. */
export const loadAt = (hour: number): number => Math.exp(-(((hour - 21) / 3) ** 2))

/** Exact but for the error function: the mean over the open hours of the normal tail. */
export function trueShare(line: Omit<Line, 'passShare' | 'operator'>): number {
  const spread = Math.hypot(SPREAD.place, SPREAD.day, SPREAD.measurement)
  let sum = 0
  for (let hour = OPEN.from; hour < OPEN.to; hour++) {
    const median = line.logSpeed - line.dip * loadAt(hour + 0.5)
    sum += tail((Math.log(SPEED_FLOOR_BPS) - median) / spread)
  }
  return (1 - line.silence) * (sum / (OPEN.to - OPEN.from))
}

/** Chance that a standard normal exceeds x, by Simpson's rule over the density. */
function tail(x: number): number {
  const steps = 200
  const [from, to] = [x, Math.max(x, 0) + 9]
  const width = (to - from) / steps
  let sum = 0
  for (let i = 0; i <= steps; i++) {
    const weight = i === 0 || i === steps ? 1 : i % 2 ? 4 : 2
    sum += weight * Math.exp(-((from + i * width) ** 2) / 2)
  }
  return Math.min(1, ((width / 3) * sum) / Math.sqrt(2 * Math.PI))
}

function classOf(lines: readonly Line[]): TrueClass {
  const passing = lines.filter((line) => line.passShare >= SHARE_TO_PASS).length
  return passing === 0 ? 'white' : passing < OPERATORS_FOR_BLACK ? 'grey' : 'black'
}

/** How a device lies, if it does. */
type Lie = 'tenfold' | 'silent' | 'repeats'

/**
 * What all devices measured in the 380 days before `end`. With `liars`, that share of the devices lies; the others measure
 * exactly what they measure without.
 */
export function* samplesOf(world: World, end: Date, liars: number): Generator<Sample> {
  for (const [i, cell] of world.cells.entries())
    for (const [j, line] of (cell.isHidden ? [] : cell.lines).entries()) {
      const random = seeded(world.seed ^ Math.imul(i * 3 + j + 1, 0x9e3779b1))
      const weather = Array.from({ length: DAYS }, () => SPREAD.day * gaussian(random))
      for (let n = 0, devices = deviceCount(random); n < devices; n++) {
        const id = i * 100 + j * 10 + n
        const character = seeded(world.seed ^ Math.imul(id + 7, 0x85ebca6b))
        const lie = character() < liars ? pick(['tenfold', 'silent', 'repeats'] as const, character()) : null
        const honest = [...deviceSamples(cell.h3, line, weather, id, end, random)]
        yield* lie ? lied(honest, lie) : honest
      }
    }
}

const pick = <T>(from: readonly T[], at: number): T => from[Math.floor(at * from.length)]!

/**
 * Every operator is tried in every cell, by one device in half of them. A verdict speaks of the operators that were tried:
 * what nobody tried cannot be told from what is not there, by no rule.
 */
function deviceCount(random: Random): number {
  const luck = random()
  return luck < 0.5 ? 1 : luck < 0.8 ? 2 : luck < 0.93 ? 3 : 4
}

function* deviceSamples(
  h3: string,
  line: Line,
  weather: readonly number[],
  id: number,
  end: Date,
  random: Random,
): Generator<Sample> {
  const place = SPREAD.place * gaussian(random)
  const activity = 0.05 + 0.6 * random()
  const perDay = 1 + Math.floor(random() * 5)
  const device = `00000000-0000-4000-8000-${String(id).padStart(12, '0')}`
  for (let day = 0; day < DAYS; day++) {
    if (random() >= activity) continue
    for (let n = 0; n < perDay; n++) {
      const hour = OPEN.from + random() * (OPEN.to - OPEN.from)
      // Morocco's clock is an hour ahead of UTC.
      const at = end.getTime() - (DAYS - day) * DAY_MS + (hour - 1) * 3_600_000
      const isSilent = random() < line.silence
      const noise = place + weather[day]! + SPREAD.measurement * gaussian(random)
      const bps = isSilent ? null : Math.round(Math.exp(line.logSpeed - line.dip * loadAt(hour) + noise))
      yield { h3, operator: line.operator, technology: '4g', device, at, bps }
    }
  }
}

function lied(honest: readonly Sample[], lie: Lie): Sample[] {
  if (lie === 'silent') return honest.map((sample) => ({ ...sample, bps: null }))
  if (lie === 'tenfold') return honest.map((sample) => ({ ...sample, bps: sample.bps && sample.bps * 10 }))
  // One figure a hundred times a day: whatever it saw first, or a fast one.
  return honest.flatMap((sample, i) =>
    Array.from({ length: 20 }, (_, n) => ({
      ...sample,
      at: sample.at + n * 1000,
      bps: i === 0 ? sample.bps : 90e6,
    })),
  )
}
