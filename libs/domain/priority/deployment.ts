/**
 * Cost of serving a zone by each technology. No official unit cost is known: every default below is an assumption of
 * the project, is labelled so wherever it is shown, and can be changed by the planner. Amounts are in dirhams (MAD),
 * paid once to build; running costs are not counted.
 */
import type { Limits } from './amounts.js'
import type { Technology } from '../probe/probe.js'

export const DEPLOYABLE_TECHNOLOGIES = [
  'fibre',
  '5g',
  '4g',
  'fwa',
  'satellite_leo',
] as const satisfies readonly Technology[]
export type Deployed = (typeof DEPLOYABLE_TECHNOLOGIES)[number]

const MAD = { max: 1e9 }
const SHARE = { max: 1 }
/** The area that a mast covers, km². An area smaller than a cell counts as a cell. */
const KM2 = { max: 100_000 }

/**
 * The unit costs, MAD, each with its default and its limit. `…Share` is the share of a zone's benefit that a technology
 * brings: without it the cheapest technology would always win, although a shared satellite terminal does not replace
 * fibre. A place is a locality or a site.
 */
export const UNIT_COSTS = {
  /** Cost of each kilometre from the nearest cell with fibre to the zone. */
  fibrePerKm: { default: 250_000, ...MAD },
  fibrePerPlace: { default: 150_000, ...MAD },
  fibreShare: { default: 1, ...SHARE },
  tower5g: { default: 2_500_000, ...MAD },
  tower5gKm2: { default: 40, ...KM2 },
  share5g: { default: 0.9, ...SHARE },
  tower4g: { default: 1_800_000, ...MAD },
  tower4gKm2: { default: 150, ...KM2 },
  share4g: { default: 0.8, ...SHARE },
  fwaBase: { default: 900_000, ...MAD },
  fwaBaseKm2: { default: 80, ...KM2 },
  fwaPerPlace: { default: 8_000, ...MAD },
  fwaShare: { default: 0.7, ...SHARE },
  satellitePerPlace: { default: 15_000, ...MAD },
  satelliteShare: { default: 0.3, ...SHARE },
} as const satisfies Limits<string>

export type UnitCosts = Record<keyof typeof UNIT_COSTS, number>

export const DEFAULT_UNIT_COSTS: UnitCosts = Object.fromEntries(
  Object.entries(UNIT_COSTS).map(([name, cost]) => [name, cost.default]),
) as UnitCosts

/** Mean area of a cell of resolution 8, km² (from H3's table of cell statistics). */
export const MEAN_CELL_KM2 = 0.7373276

/** The facts about a zone that decide its costs. */
export interface ZoneSize {
  cellCount: number
  /** Number of localities and sites in the zone, as far as they were imported. */
  places: number
  /** Kilometres from its nearest cell to the nearest cell with fibre; null where no cell with fibre is known. */
  fibreKm: number | null
}

/** Cost of serving the zone, in whole dirhams; null for fibre where the distance to the nearest fibre is not known. */
export function deploymentCostOf(technology: Deployed, zone: ZoneSize, costs: UnitCosts): number | null {
  const masts = (km2: number) => Math.ceil((zone.cellCount * MEAN_CELL_KM2) / Math.max(km2, MEAN_CELL_KM2))
  switch (technology) {
    case 'fibre':
      if (zone.fibreKm === null) return null
      return Math.round(zone.fibreKm * costs.fibrePerKm + zone.places * costs.fibrePerPlace)
    case '5g':
      return Math.round(masts(costs.tower5gKm2) * costs.tower5g)
    case '4g':
      return Math.round(masts(costs.tower4gKm2) * costs.tower4g)
    case 'fwa':
      return Math.round(masts(costs.fwaBaseKm2) * costs.fwaBase + zone.places * costs.fwaPerPlace)
    case 'satellite_leo':
      return Math.round(zone.places * costs.satellitePerPlace)
  }
}

const BENEFIT_SHARE_KEYS: Record<Deployed, keyof UnitCosts> = {
  fibre: 'fibreShare',
  '5g': 'share5g',
  '4g': 'share4g',
  fwa: 'fwaShare',
  satellite_leo: 'satelliteShare',
}

/** The share of a zone's benefit that the technology brings, 0 to 1. */
export const benefitShareOf = (technology: Deployed, costs: UnitCosts): number =>
  costs[BENEFIT_SHARE_KEYS[technology]]

/** Upper bounds of the cost classes 1 to 3, MAD; what costs more is in class 4. An assumption, as the unit costs are. */
export const COST_CLASS_BOUNDS = [1_000_000, 2_000_000, 5_000_000] as const
export const COST_CLASSES = [1, 2, 3, 4] as const
export type CostClass = (typeof COST_CLASSES)[number]

/**
 * The cost class by the cheapest terrestrial technology. A satellite costs the same everywhere, so that it would not tell
 * zones apart.
 */
export function costClassOf(zone: ZoneSize, costs: UnitCosts): CostClass {
  const terrestrial = DEPLOYABLE_TECHNOLOGIES.filter((technology) => technology !== 'satellite_leo')
  const cheapest = Math.min(
    ...terrestrial.map((technology) => deploymentCostOf(technology, zone, costs) ?? Infinity),
  )
  return (1 + COST_CLASS_BOUNDS.filter((bound) => cheapest > bound).length) as CostClass
}
