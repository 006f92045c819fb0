/** The columns of the files: first the zone, then the run and the assumptions behind its figures. */
import type { RunRow } from '#store/runs'
import { RUN_COLUMNS, runValuesOf } from '../runs/run-columns.js'
import type { PriorityZone, RankedZone } from './ranking.js'

type RowValues = (string | number | null)[]

export const ZONE_COLUMNS = [
  'rank',
  'score',
  'zone',
  'class',
  'area_fr',
  'area_ar',
  'locality_fr',
  'locality_ar',
  'commune_code',
  'province_code',
  'region_code',
  'lng',
  'lat',
  'cells',
  'people',
  'localities',
  'localities_uncounted',
  'schools',
  'health_centres',
  'administrations',
  'other_sites',
  'fibre_km',
  'cost_class',
]

export const zoneRowValues = (zone: RankedZone): RowValues => [
  zone.rank,
  Number(zone.score.toFixed(3)),
  zone.id,
  zone.class,
  zone.areaFr,
  zone.areaAr,
  zone.localityFr,
  zone.localityAr,
  zone.communeCode,
  zone.provinceCode,
  zone.regionCode,
  Number(zone.lng.toFixed(6)),
  Number(zone.lat.toFixed(6)),
  zone.cellCount,
  zone.people,
  zone.localities,
  zone.localitiesUncounted,
  zone.schools,
  zone.healthCentres,
  zone.administrations,
  zone.otherSites,
  zone.fibreKm === null ? null : Number(zone.fibreKm.toFixed(3)),
  zone.costClass,
]

export const STABILITY_COLUMNS = ['rank_low', 'rank_high', 'top', 'top_share', 'firmness']

export const stabilityRowValues = (zone: PriorityZone, top: number): RowValues => [
  zone.rankLow,
  zone.rankHigh,
  top,
  zone.topShare,
  zone.firmness,
]

export const PROVENANCE_COLUMNS = [
  ...RUN_COLUMNS,
  'factors_taken_at',
  'changed_weights',
  'changed_unit_costs',
  'costs_and_weights',
  'simulated',
]

export interface Provenance {
  run: RunRow
  takenAt: Date
  /** The weights and unit costs that differ from the defaults. */
  weights: string
  unitCosts: string
  isSimulated: boolean
}

export const provenanceRowValues = ({
  run,
  takenAt,
  weights,
  unitCosts,
  isSimulated,
}: Provenance): RowValues => [
  ...runValuesOf(run),
  takenAt.toISOString(),
  weights,
  unitCosts,
  'assumption',
  String(isSimulated),
]
