/** A populated place (douar, town), as the lists of the plan name it. */
export interface LocalityRecord {
  id: string
  nameFr: string
  nameAr: string | null
  /** GeoNames' feature code (`PPL`, `PPLA2` …) or the list's own word; `PPL` (populated place) where the list has none. */
  kind: string
  /** WGS 84 degrees. */
  lat: number
  lng: number
  population: number | null
  /** Dotted HCP code. */
  communeCode: string | null
}
