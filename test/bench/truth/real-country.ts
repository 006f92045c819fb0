/**
 * A seeded country of the real shape: villages around a few towns, masts of three operators that reach some kilometres over
 * a shadowed land, copper and fibre in some villages only, and operators that overstate where they work. Its truth is
 * known. It shares no code with the engine that it tests: what passing and a class mean is written here again.
 *
 * Lengths are km on a plane, speeds bit/s, logarithms natural, times of the day local hours.
 */
import { gridDiskDistances, latLngToCell, cellToLatLng } from 'h3-js'
import { type Random, gaussian, seeded } from './random.js'

export const OPERATORS = ['iam', 'orange', 'inwi'] as const
export type Operator = (typeof OPERATORS)[number]

const SPEED_FLOOR_BPS = 2e6
const SHARE_TO_PASS = 0.8
const OPERATORS_FOR_BLACK = 2

/** Hours in which sites measure, `to` excluded. */
export const OPEN_HOURS = { from: 8, to: 22 }

/** Standard deviations of the logarithm of speed: of the days of one network, and of its single measurements. */
export const SPREAD = { day: 0.15, measurement: 0.35 }

/** The country is a square of this side. */
const SIDE_KM = 240
const ORIGIN = { lat: 31.5, lng: -6.5 }
const KM_PER_DEGREE = 111.2
const TOWNS = 14
/** How far the cells around a village belong to the country that is known. */
const RINGS = 3

export type TrueClass = 'white' | 'grey' | 'black'

/** One network of one cell, and what a measurement of it finds. */
export interface TrueNetwork {
  operator: Operator
  technology: '4g' | 'adsl' | 'fibre'
  /** Median speed in a quiet hour of a good season, logarithm of bit/s. */
  logSpeed: number
  /** How much of the logarithm the busiest hour takes away, and the worst day of summer. */
  eveningDip: number
  summerDip: number
  /** Share of tries that find no service; in the middle of winter `storms` is added. */
  silence: number
  storms: number
  /** Standard deviation of the logarithm of speed between the places of the cell. */
  placeSpread: number
  /** Share of all tries over places, days and open hours of a year that reach the floor. */
  passShare: number
}

export interface RealCell {
  h3: string
  networks: TrueNetwork[]
  /** Operators of which a network reaches the floor often enough. */
  serving: Operator[]
  class: TrueClass
  /** Operators that declare 4G here. */
  declaring: Operator[]
}

export interface Village extends Point {
  /** About standard normal: how large it is for its remoteness. */
  size: number
  /** 0 in a town, towards 1 far from all towns. */
  remoteness: number
  /** Its cells by ring: the middle first. */
  rings: string[][]
}

export interface RealCountry {
  seed: number
  villages: Village[]
  cells: Map<string, RealCell>
}

interface Point {
  x: number
  y: number
}

export function makeRealCountry(villageCount: number, seed: number): RealCountry {
  const random = seeded(seed)
  const towns = Array.from({ length: TOWNS }, () => pointIn(random))
  const villages = [
    ...towns.map((town) => makeVillage(town, towns, 1.5, random)),
    ...Array.from({ length: villageCount - TOWNS }, () => makeVillage(pointIn(random), towns, 0, random)),
  ]
  const cells = new Map<string, RealCell>()
  for (const village of villages)
    for (const h3 of village.rings.flat())
      cells.set(h3, { h3, networks: [], serving: [], class: 'white', declaring: [] })
  // What hides one operator's masts hides the others' too, in part.
  const valleys = latticeField(4, random)
  for (const operator of OPERATORS) addMobile(cells, operator, villages, valleys, random)
  for (const village of villages) addFixed(cells, village, random)
  for (const cell of cells.values()) judge(cell)
  for (const operator of OPERATORS) declare([...cells.values()], operator, random)
  return { seed, villages, cells }
}

const pointIn = (random: Random): Point => ({ x: random() * SIDE_KM, y: random() * SIDE_KM })

const distance = (a: Point, b: Point) => Math.hypot(a.x - b.x, a.y - b.y)

const kmPerLngDegree = KM_PER_DEGREE * Math.cos((ORIGIN.lat * Math.PI) / 180)

const cellAtPoint = ({ x, y }: Point) =>
  latLngToCell(ORIGIN.lat + y / KM_PER_DEGREE, ORIGIN.lng + x / kmPerLngDegree, 8)

function pointOfCell(h3: string): Point {
  const [lat, lng] = cellToLatLng(h3)
  return { x: (lng - ORIGIN.lng) * kmPerLngDegree, y: (lat - ORIGIN.lat) * KM_PER_DEGREE }
}

function makeVillage(at: Point, towns: readonly Point[], bonus: number, random: Random): Village {
  const nearest = Math.min(...towns.map((town) => distance(at, town)))
  return {
    ...at,
    size: gaussian(random) + bonus,
    remoteness: 1 - Math.exp(-nearest / 25),
    rings: gridDiskDistances(cellAtPoint(at), RINGS),
  }
}

type Field = (at: Point) => number

/** Standard normal at each corner of a lattice and smooth between: places nearer than `scaleKm` are alike. */
function latticeField(scaleKm: number, random: Random): Field {
  const size = Math.ceil(SIDE_KM / scaleKm) + 8
  const corners = Float64Array.from({ length: size * size }, () => gaussian(random))
  const cornerAt = (i: number, j: number) => corners[clamp(j, size) * size + clamp(i, size)]!
  return ({ x, y }) => {
    const [u, v] = [x / scaleKm + 4, y / scaleKm + 4]
    const [i, j] = [Math.floor(u), Math.floor(v)]
    const [a, b] = [smooth(u - i), smooth(v - j)]
    const weights = [(1 - a) * (1 - b), a * (1 - b), (1 - a) * b, a * b]
    const values = [cornerAt(i, j), cornerAt(i + 1, j), cornerAt(i, j + 1), cornerAt(i + 1, j + 1)]
    const sum = weights.reduce((total, weight, k) => total + weight * values[k]!, 0)
    return sum / Math.hypot(...weights)
  }
}

const clamp = (i: number, size: number) => Math.max(0, Math.min(size - 1, i))
const smooth = (t: number) => t * t * (3 - 2 * t)

interface Mast extends Point {
  logSpeed: number
  eveningDip: number
}

/** How willing each operator is to build where few people live. */
const READINESS: Record<Operator, number> = { iam: 0.55, orange: 0.1, inwi: -0.15 }
/** Masts along roads, beside those of villages. */
const ROAD_MASTS = 60

/** Operators follow the same people, so that the places of their masts are alike; but each has gaps of its own. */
function mastsOf(operator: Operator, villages: readonly Village[], random: Random): Mast[] {
  const worth = (village: Village) => 1 + 0.8 * village.size - 2.2 * village.remoteness + READINESS[operator]
  const served = villages.filter((village) => worth(village) + 0.8 * gaussian(random) > 0)
  const places = [
    ...served.map(({ x, y }) => ({ x: x + gaussian(random), y: y + gaussian(random) })),
    ...Array.from({ length: ROAD_MASTS }, () => pointIn(random)),
  ]
  return places.map((place) => {
    // One mast in six hangs on a thin link.
    const isThin = random() < 1 / 6
    const logSpeed = Math.log(isThin ? 5e6 : 28e6) + 0.4 * gaussian(random)
    return { ...place, logSpeed, eveningDip: 0.2 + 0.5 * random() }
  })
}

/** Distance at which the speed of a mast begins to sink, and at which half of all tries find nothing. */
const NEAR_KM = 1.9
const REACH_KM = 5.5

function addMobile(
  cells: ReadonlyMap<string, RealCell>,
  operator: Operator,
  villages: readonly Village[],
  valleys: Field,
  random: Random,
): void {
  const masts = mastsOf(operator, villages, random)
  const hills = latticeField(3, random)
  for (const cell of cells.values()) {
    const at = pointOfCell(cell.h3)
    const shadow = 0.4 * valleys(at) + 0.4 * hills(at) + 0.3 * gaussian(random)
    const best = bestSignal(masts, at, Math.exp(-0.5 * shadow))
    cell.networks.push(
      withShare({
        operator,
        technology: '4g',
        logSpeed: best.logSpeed,
        eveningDip: best.mast.eveningDip,
        summerDip: 0.35 * random(),
        silence: 0.01 + 0.04 * random() + 0.94 / (1 + Math.exp(-(best.km - REACH_KM) / 0.8)),
        storms: 0.06 * random(),
        placeSpread: 0.3,
      }),
    )
  }
}

interface Signal {
  mast: Mast
  /** Distance over flat land that would weaken the signal as much as this way does. */
  km: number
  logSpeed: number
}

/** The mast that gives the most; all of them reach farther or less far by `stretch`. */
function bestSignal(masts: readonly Mast[], at: Point, stretch: number): Signal {
  let best: Signal | null = null
  for (const mast of masts) {
    const km = distance(mast, at) * stretch
    const logSpeed = mast.logSpeed - Math.log1p((km / NEAR_KM) ** 2)
    if (best === null || logSpeed > best.logSpeed) best = { mast, km, logSpeed }
  }
  return best!
}

const FIBRE: Record<Operator, number> = { iam: -1.6, orange: -2.5, inwi: -2.8 }

/** Share of the cells in which one operator built a fibre for an office alone, though the village has none. */
const DEDICATED = 0.015

/** The incumbent's copper and everybody's fibre lie in a village and the ring around it, or they do not. */
function addFixed(cells: ReadonlyMap<string, RealCell>, village: Village, random: Random): void {
  const lure = village.size - 2 * village.remoteness
  const hasCopper = random() < logistic(1 + 1.2 * lure)
  for (const operator of OPERATORS) {
    const hasFibre = random() < logistic(FIBRE[operator] + 2.5 + 1.5 * (lure - 1.2))
    for (const [ring, h3s] of village.rings.slice(0, 2).entries())
      for (const h3 of h3s) {
        const cell = cells.get(h3)!
        if (hasFibre || random() < DEDICATED) addNetwork(cell, fibreOf(operator, random))
        if (operator === 'iam' && hasCopper) addNetwork(cell, copperAt(ring, random))
      }
  }
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x))

function addNetwork(cell: RealCell, network: TrueNetwork): void {
  const isThere = cell.networks.some(
    ({ operator, technology }) => operator === network.operator && technology === network.technology,
  )
  if (!isThere) cell.networks.push(network)
}

const fibreOf = (operator: Operator, random: Random): TrueNetwork =>
  withShare({
    operator,
    technology: 'fibre',
    logSpeed: Math.log(70e6) + 0.4 * gaussian(random),
    eveningDip: 0.1,
    summerDip: 0,
    silence: 0.005 + 0.02 * random(),
    storms: 0,
    placeSpread: 0.3,
  })

/** The longer the loop the slower, so that houses of one cell differ much. */
function copperAt(ring: number, random: Random): TrueNetwork {
  const loopKm = 0.4 + 0.9 * ring + 1.8 * random()
  return withShare({
    operator: 'iam',
    technology: 'adsl',
    logSpeed: Math.log(14e6) - 0.62 * loopKm + 0.2 * gaussian(random),
    eveningDip: 0.1 + 0.3 * random(),
    summerDip: 0,
    silence: 0.01 + 0.05 * random(),
    storms: 0.05 * random(),
    placeSpread: 0.45,
  })
}

/** Busiest at 21:00, quiet before noon. */
const loadAt = (hour: number) => Math.exp(-(((hour - 21) / 3) ** 2))
/** 1 on 1 August, 0 half a year away. `yearShare`: 0 at the beginning of the year. */
const summerAt = (yearShare: number) => (1 + Math.cos(2 * Math.PI * (yearShare - 7 / 12))) / 2

/** Median of the logarithm of speed, and share of tries without service, at one hour of one day of the year. */
export function conditionsAt(
  network: Omit<TrueNetwork, 'passShare'>,
  hour: number,
  yearShare: number,
): { logSpeed: number; silence: number } {
  const summer = summerAt(yearShare)
  return {
    logSpeed: network.logSpeed - network.eveningDip * loadAt(hour) - network.summerDip * summer ** 4,
    silence: Math.min(1, network.silence + network.storms * (1 - summer) ** 4),
  }
}

function withShare(network: Omit<TrueNetwork, 'passShare'>): TrueNetwork {
  const spread = Math.hypot(network.placeSpread, SPREAD.day, SPREAD.measurement)
  let [sum, count] = [0, 0]
  for (let month = 0; month < 12; month++)
    for (let hour = OPEN_HOURS.from; hour < OPEN_HOURS.to; hour++) {
      const { logSpeed, silence } = conditionsAt(network, hour + 0.5, (month + 0.5) / 12)
      sum += (1 - silence) * normalTail((Math.log(SPEED_FLOOR_BPS) - logSpeed) / spread)
      count++
    }
  return { ...network, passShare: sum / count }
}

const TAIL_STEPS = 1000
/** Chance that a standard normal exceeds -8 + i / 1000 · 16: summed over the density by the midpoint rule. */
const TAILS = (() => {
  const width = 16 / TAIL_STEPS / 20
  const tails = new Float64Array(TAIL_STEPS + 1)
  for (let i = TAIL_STEPS - 1; i >= 0; i--) {
    tails[i] = tails[i + 1]!
    for (let k = 0; k < 20; k++) {
      const x = -8 + (i / TAIL_STEPS) * 16 + (k + 0.5) * width
      tails[i]! += (width * Math.exp((-x * x) / 2)) / Math.sqrt(2 * Math.PI)
    }
  }
  return tails
})()

function normalTail(x: number): number {
  const at = Math.max(0, Math.min(TAIL_STEPS - 1e-9, ((x + 8) / 16) * TAIL_STEPS))
  const i = Math.floor(at)
  return TAILS[i]! + (TAILS[i + 1]! - TAILS[i]!) * (at - i)
}

/** Sets who serves a cell and its class, from its networks. */
function judge(cell: RealCell): void {
  cell.serving = OPERATORS.filter((operator) =>
    cell.networks.some((network) => network.operator === operator && network.passShare >= SHARE_TO_PASS),
  )
  const count = cell.serving.length
  cell.class = count === 0 ? 'white' : count < OPERATORS_FOR_BLACK ? 'grey' : 'black'
}

/** Share of the cells that an operator declares for 4G in which its 4G does not reach the floor. */
export const OVERSTATED: Record<Operator, number> = { iam: 0.08, orange: 0.15, inwi: 0.22 }
/** Share of the cells that its 4G reaches and that it forgets to declare. */
const UNDECLARED = 0.02

/** Every operator overstates at the edge of its network: the cells that come next to being served. */
function declare(cells: readonly RealCell[], operator: Operator, random: Random): void {
  const shareIn = (cell: RealCell) =>
    cell.networks.find((n) => n.operator === operator && n.technology === '4g')!.passShare
  const served = cells.filter((cell) => shareIn(cell) >= SHARE_TO_PASS && random() >= UNDECLARED)
  const edge = cells
    .filter((cell) => shareIn(cell) < SHARE_TO_PASS)
    .map((cell) => ({ cell, rank: shareIn(cell) + 0.25 * random() }))
    .sort((a, b) => b.rank - a.rank)
  const overstated = Math.round((served.length * OVERSTATED[operator]) / (1 - OVERSTATED[operator]))
  for (const cell of [...served, ...edge.slice(0, overstated).map((e) => e.cell)])
    cell.declaring.push(operator)
}
