/** A populated place: what the lists of the plan are made of. */
export interface LocalityRecord {
  id: string
  nameFr: string
  nameAr: string | null
  /** GeoNames' feature code (`PPL`, `PPLA2` …) or the list's own word; `PPL`, a populated place, when it has none. */
  kind: string
  /** WGS 84 degrees. */
  lat: number
  lng: number
  population: number | null
  /** Dotted HCP code. */
  communeCode: string | null
}
