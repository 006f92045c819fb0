/** What the server says of an area for one page, and the one question for it. */
import type { AreaLevel, Class, ClassCounts } from '#domain'
import { type Area, type AreaFigures, type Counts, type RuleInWords, type Run, call } from '../src/api.js'

/** [lng, lat], closed. */
export type Ring = readonly (readonly [number, number])[]

interface Names {
  nameFr: string
  nameAr: string
}

/** WGS 84 degrees. */
interface Place {
  lat: number
  lng: number
}

export interface Outline extends Names, Place {
  code: string
  level: AreaLevel
  polygons: Ring[][]
}

export interface ReportMap {
  /** H3 resolution of the cells; 8 is that of the figures. */
  resolution: number
  cells: { h3: string; class: Class; ring: Ring }[]
  outlines: Outline[]
  localities: ({ id: string; nameFr: string; nameAr: string | null; class: Class } & Place)[]
  sites: ({ code: string; class: Class } & Place)[]
}

export interface WhiteZone extends Place {
  id: string
  cellCount: number
  population: number | null
  siteCount: number
  communeFr: string | null
  communeAr: string | null
  placeFr: string | null
  placeAr: string | null
}

export interface AreaReport {
  area: Area & { simulated: boolean; source: string; vintage: number }
  parents: Area[]
  run: Run & { knownBefore: string }
  rule: RuleInWords
  counts: Counts | null
  people: { localities: ClassCounts; population: ClassCounts; sites: ClassCounts }
  before: { run: number; to: string; white: number | null } | null
  inside: number
  worst: AreaFigures[]
  /** Null where the run made none. */
  zones: WhiteZone[] | null
  /** Null where nobody declares anything. */
  contradictions: { declaredRefuted: number; presentUndeclared: number; latePlan: number } | null
  operators: { operator: string | null; present: number; tried: number }[]
  map: ReportMap
}

export interface Asked {
  code: string
  run: string | null
  rule: string | null
}

export function reportOf({ code, run, rule }: Asked, signal: AbortSignal): Promise<AreaReport> {
  const query = new URLSearchParams({ ...(run && { run }), ...(rule && !run && { rule }) })
  return call<AreaReport>(`/api/v1/areas/${encodeURIComponent(code)}/report?${query.toString()}`, { signal })
}
