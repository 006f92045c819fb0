/** A simulated country over the real provinces: sites, a hidden true coverage, and the probes that follow from it. Pure. */
import { type AreaRecord, type LocalityRecord, type SiteRecord } from '#domain/place'
import { type GeoPoint, type ProbeInput, type Technology, distanceM } from '#domain/probe'
import { type Random, randomNormal, seededRandom } from '#domain/random'
import { DAY_MS, HOUR_MS, MBIT_BPS } from '#domain/units'
import { cellAt, cellsCentredIn, centreOf, ringsAround } from '#geo'
import { DOWNLOAD_MBPS, LATENCY_MS, UPLOAD_MBPS, valueAtShare } from './percentiles.js'
import { pickRandom, randomUuidV4 } from './random.js'

export interface DemoCommune extends GeoPoint {
  code: string
  nameFr: string
  nameAr: string
}

export interface DemoProvince {
  code: string
  communes: DemoCommune[]
  sites: SiteRecord[]
  localities: LocalityRecord[]
}

/** The seat of a province. */
export interface DemoSeat extends GeoPoint {
  provinceCode: string
}

/** A site stands in a cell of this resolution (36 km²), at most one site in each. */
const PLACE_RESOLUTION = 6
const SITES_IN_A_COMMUNE = 3
/** Number of sites of a province with the mean population of all provinces. */
const MEAN_SITES = 12

/** The communes, sites and localities of every province: dense near its seat, with some far away. */
export function demoProvinces(
  areas: readonly AreaRecord[],
  seats: readonly DemoSeat[],
  seed: number,
): DemoProvince[] {
  const provinces = areas.filter((area) => area.level === 'province')
  const meanPopulation = provinces.reduce((sum, p) => sum + (p.population ?? 0), 0) / provinces.length
  return provinces.map((province) => {
    const random = seededRandom(seed ^ Number(province.code.replace('.', '')))
    const size = Math.sqrt((province.population ?? meanPopulation) / meanPopulation)
    const seat = seats.find((s) => s.provinceCode === province.code)!
    return demoProvince(province, seat, Math.max(6, Math.min(24, Math.round(MEAN_SITES * size))), random)
  })
}

function demoProvince(area: AreaRecord, seat: DemoSeat, sites: number, random: Random): DemoProvince {
  const places = placesNear(area, seat, sites, random)
  const communes = places
    .filter((_, i) => i % SITES_IN_A_COMMUNE === 0)
    .map((place, i) => demoCommune(area, place, i + 1))
  return {
    code: area.code,
    communes,
    sites: places.map((place, i) => demoSite(area, communes, place, i + 1, random)),
    // Localities are drawn last, so that their draws do not change the sites.
    localities: demoLocalities(area, seat, communes, places, random),
  }
}

/**
 * The town has this share of a province's people; the population of a douar is drawn. Together they have less than the
 * province's population, as a list of the plan never names all localities.
 */
const TOWN_SHARE = 0.2
const MAX_TOWN_DISTANCE_M = 8_000
const DOUAR_POPULATION = { median: 450, sigma: 0.9, min: 40, max: 4_000 }
/** One douar in ten is in the list without its population. */
const UNCOUNTED_SHARE = 0.1

/** A locality at each site. The one nearest to the seat is the town if it is near enough; all others are douars. */
function demoLocalities(
  area: AreaRecord,
  seat: GeoPoint,
  communes: readonly DemoCommune[],
  places: readonly GeoPoint[],
  random: Random,
): LocalityRecord[] {
  const townPlace = nearestTo(seat, places)
  return places.map((place, i) => {
    const isTown = place === townPlace && distanceM(place, seat) < MAX_TOWN_DISTANCE_M
    const drawn = Math.round(
      DOUAR_POPULATION.median * Math.exp(DOUAR_POPULATION.sigma * randomNormal(random)),
    )
    const douarPopulation = Math.max(DOUAR_POPULATION.min, Math.min(DOUAR_POPULATION.max, drawn))
    const isUncounted = random() < UNCOUNTED_SHARE
    return {
      id: `SIM-L-${area.code}-${String(i + 1).padStart(2, '0')}`,
      nameFr: `${isTown ? 'Ville simulée' : `Douar simulé ${i + 1}`} (${area.nameFr})`,
      nameAr: `${isTown ? 'مدينة محاكاة' : `دوار محاكاة ${i + 1}`} (${area.nameAr})`,
      kind: isTown ? 'PPLA2' : 'PPL',
      population: isTown
        ? Math.round(TOWN_SHARE * (area.population ?? 0))
        : isUncounted
          ? null
          : douarPopulation,
      communeCode: nearestTo(place, communes).code,
      ...place,
    }
  })
}

function nearestTo<P extends GeoPoint>(place: GeoPoint, candidates: readonly P[]): P {
  return candidates.reduce((a, b) => (distanceM(a, place) <= distanceM(b, place) ? a : b))
}

/**
 * Draws places without repetition; one at 40 km from the seat is about a third as likely as one at the seat (weighted
 * sampling by keys: Efraimidis and Spirakis 2006).
 */
function placesNear(area: AreaRecord, seat: GeoPoint, count: number, random: Random): GeoPoint[] {
  const centres = cellsCentredIn(area.geometry, PLACE_RESOLUTION).map(centreOf)
  const keyed = centres.map(([lng, lat]) => {
    const weight = Math.exp(-distanceM({ lat, lng }, seat) / 40_000) + 0.05
    return { lat, lng, key: random() ** (1 / weight) }
  })
  const chosen = keyed.sort((a, b) => b.key - a.key).slice(0, count)
  return chosen.map(({ lat, lng }) => ({ lat: jitter(lat, random), lng: jitter(lng, random) }))
}

const jitter = (degrees: number, random: Random) => Number((degrees + (random() - 0.5) * 0.02).toFixed(5))

/** No province has a cercle 99, so that the code of a simulated commune is never that of a real one. */
function demoCommune(area: AreaRecord, place: GeoPoint, n: number): DemoCommune {
  return {
    code: `${area.code}.99.${String(n).padStart(2, '0')}`,
    nameFr: `Commune simulée ${n} (${area.nameFr})`,
    nameAr: `جماعة محاكاة ${n} (${area.nameAr})`,
    ...place,
  }
}

const SITE_KINDS = [
  { type: 'council', fr: 'Siège de commune', ar: 'مقر جماعة' },
  { type: 'school', fr: 'École', ar: 'مدرسة' },
  { type: 'health_centre', fr: 'Centre de santé', ar: 'مركز صحي' },
  { type: 'caidat', fr: 'Caïdat', ar: 'قيادة' },
  { type: 'post_office', fr: 'Agence postale', ar: 'وكالة بريدية' },
] as const

function demoSite(
  area: AreaRecord,
  communes: readonly DemoCommune[],
  place: GeoPoint,
  n: number,
  random: Random,
): SiteRecord {
  const kind = n % SITES_IN_A_COMMUNE === 1 ? SITE_KINDS[0] : pickRandom(random, SITE_KINDS)
  return {
    code: `SIM-${area.code}-${String(n).padStart(2, '0')}`,
    name: `${kind.fr} ${n}, ${area.nameFr} (simulé)`,
    nameAr: `${kind.ar} ${n}، ${area.nameAr} (محاكاة)`,
    type: kind.type,
    communeCode: nearestTo(place, communes).code,
    ...place,
  }
}

/** Reach of each operator's network beyond the towns, in units of remoteness. */
const OPERATOR_REACH = [
  { id: 'iam', reach: 0.35 },
  { id: 'orange', reach: 0.1 },
  { id: 'inwi', reach: 0 },
] as const

/** The demonstration has probes of this many days. */
export const DEMO_DAYS = 90

/** An operator's line at a site: its hidden truth, and what a device on it would measure. */
interface DemoNetwork {
  operator: string
  line: Line
  probes: ProbeInput[]
}

/**
 * The probes of one site over the DEMO_DAYS days before `end`, measured at random hours from 7 to 22 UTC: by one line of one
 * operator mostly, as an office has it; where agents came, by those of all three. `remoteness` is that of `remotenessOf`. The
 * same seed gives the same probes with the same ids.
 */
export function demoProbes(site: SiteRecord, remoteness: number, end: Date, seed: number): ProbeInput[] {
  const networks = demoNetworks(site, remoteness, end, seed)
  const tried = triedOperators(networks, seededRandom(seed ^ hashOf(`${site.code} lines`)))
  return networks.filter(({ operator }) => tried.includes(operator)).flatMap(({ probes }) => probes)
}

function demoNetworks(site: SiteRecord, remoteness: number, end: Date, seed: number): DemoNetwork[] {
  const random = seededRandom(seed ^ hashOf(site.code))
  return OPERATOR_REACH.map(({ id, reach }): DemoNetwork => {
    const line = demoLine(remoteness - reach, random)
    // One line in eight is measured too seldom to decide.
    const count = random() < 0.125 ? 3 + Math.floor(random() * 6) : 16 + Math.floor(random() * 14)
    return {
      operator: id,
      line,
      probes: Array.from({ length: count }, () => demoProbe(id, line, end, random)),
    }
  })
}

/** Share of the sites that agents with all SIMs visited, and of the other sites those with one line and with two. */
const VISITED_SHARE = 0.35
const ONE_LINE_SHARE = 0.7
const TWO_LINES_SHARE = 0.2
/** The share of each operator among the lines of offices. */
const MARKET_SHARE: Readonly<Record<string, number>> = { iam: 0.5, orange: 0.28, inwi: 0.22 }

function triedOperators(networks: readonly DemoNetwork[], random: Random): string[] {
  const isVisited = random() < VISITED_SHARE
  const roll = random()
  const lines = isVisited ? 3 : roll < ONE_LINE_SHARE ? 1 : roll < ONE_LINE_SHARE + TWO_LINES_SHARE ? 2 : 3
  return networks
    .map(({ operator }) => ({ operator, key: random() ** (1 / MARKET_SHARE[operator]!) }))
    .sort((a, b) => b.key - a.key)
    .slice(0, lines)
    .map(({ operator }) => operator)
}

/** Whether a line reaches the national floor most of the time. */
const isWorking = ({ rank, outage }: Line): boolean => outage < 0.5 && valueAtShare(rank, DOWNLOAD_MBPS) > 3

/** A declaration of an operator, in one cell. */
export interface DemoClaim {
  h3: string
  operator: string
  technology: Technology
  downloadBps: number
}

/** Share of the places without a working line that an operator declares all the same. */
const OVERSTATED_SHARE: Readonly<Record<string, number>> = { iam: 0.08, orange: 0.15, inwi: 0.22 }
const OVERSTATED_MBPS = 5

/**
 * The declarations of all operators at a site: 4G around it where it works there, in its cell alone where they overstate; and fibre in the
 * cells that have it.
 */
export function demoClaims(site: SiteRecord, remoteness: number, seed: number): DemoClaim[] {
  const random = seededRandom(seed ^ hashOf(`${site.code} claims`))
  const cell = cellAt(site.lat, site.lng)
  return demoNetworks(site, remoteness, new Date(0), seed).flatMap(({ operator, line }) => {
    const isOverstated = random() < OVERSTATED_SHARE[operator]!
    const works = isWorking(line)
    if (!works && !isOverstated) return []
    const mbps = works ? valueAtShare(line.rank, DOWNLOAD_MBPS) : OVERSTATED_MBPS
    const claim = { operator, downloadBps: Math.round(mbps * MBIT_BPS) }
    const cells = works ? [cell, ...ringsAround(cell, 1).flat()] : [cell]
    return [
      ...cells.map((h3): DemoClaim => ({ ...claim, h3, technology: '4g' })),
      ...(line.technology === 'fibre' ? [{ ...claim, h3: cell, technology: line.technology }] : []),
    ]
  })
}

interface Line {
  technology: Technology
  /** Rank of the line among the country's lines, from 0 for the slowest to 1. */
  rank: number
  /** Share of attempts that find no service at all. */
  outage: number
}

/** The hidden truth of one line, drawn at its operator's remoteness. */
function demoLine(remoteness: number, random: Random): Line {
  const rank = Math.max(0.01, Math.min(0.99, 0.72 - 0.8 * remoteness + 0.16 * randomNormal(random)))
  const isDead = random() < 0.95 * Math.max(0, remoteness - 0.1)
  if (isDead) return { technology: '3g', rank, outage: 0.97 }
  const technology = rank > 0.8 ? 'fibre' : rank > 0.3 ? '4g' : rank > 0.15 ? '3g' : '2g'
  return { technology, rank, outage: rank < 0.25 ? 0.1 : 0.005 }
}

function demoProbe(operator: string, line: Line, end: Date, random: Random): ProbeInput {
  const measuredAt = randomTimeBefore(end, random)
  const probe = {
    id: randomUuidV4(random),
    measuredAt: measuredAt.toISOString(),
    operator,
    technology: line.technology,
    tool: 'simulator',
  }
  if (random() < line.outage) return { ...probe, outcome: 'no_service' }
  const eveningFactor = measuredAt.getUTCHours() >= 18 ? 0.75 : 1
  const speedFactor = Math.exp(0.3 * randomNormal(random)) * eveningFactor
  return {
    ...probe,
    outcome: 'ok',
    downloadBps: Math.round(valueAtShare(line.rank, DOWNLOAD_MBPS) * MBIT_BPS * speedFactor),
    uploadBps: Math.round(valueAtShare(line.rank, UPLOAD_MBPS) * MBIT_BPS * speedFactor),
    latencyMs: Number((valueAtShare(1 - line.rank, LATENCY_MS) / speedFactor).toFixed(1)),
  }
}

function randomTimeBefore(end: Date, random: Random): Date {
  const day = Math.floor(end.getTime() / DAY_MS) - 1 - Math.floor(random() * DEMO_DAYS)
  return new Date(day * DAY_MS + Math.floor((7 + random() * 15) * HOUR_MS))
}

/** A 32-bit hash of a text (FNV-1a). */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (const letter of text) hash = Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193)
  return hash >>> 0
}

/** Remoteness of a site: 0 at the province's seat, 1 from 80 km on. */
export const remotenessOf = (site: GeoPoint, seat: GeoPoint): number =>
  Math.min(1, distanceM(site, seat) / 80_000)
