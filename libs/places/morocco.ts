/**
 * The country's regions and provinces with their shapes. Codes, names and populations are those of facts.ts; only the geometry
 * comes from the npm package `morocco-map`, because some of its names are wrong (Figuig has Nador's name).
 */
import { createRequire } from 'node:module'
import { type AreaGeometry, type AreaRecord, parentCodeOf } from '#domain/place'
import { featuresOfTopology, isTopology, polygonOf } from '#formats/geometry'
import { FACTS_VINTAGE, PROVINCES, type RegionFact, REGIONS } from './facts.js'

/** The attribution that the licences require wherever the areas are shown. */
export const MOROCCO_ATTRIBUTION =
  'HCP, RGPH 2024 (CC BY 4.0); shapes © OpenStreetMap contributors (ODbL 1.0), via morocco-map 1.3.0'

/** `require` and not `import`, because bundler, vitest and Node 20 treat JSON modules differently. */
const require = createRequire(import.meta.url)

/**
 * The 12 regions and the 75 provinces and prefectures, regions first. The geometry of 48 provinces intersects itself and must
 * be made valid (ST_MakeValid) before it is queried. Throws where the installed `morocco-map` is not the expected version.
 */
export function moroccoAreas(): AreaRecord[] {
  return [...areasOf(REGIONS, 'regions', () => null), ...areasOf(PROVINCES, 'provinces', ({ type }) => type)]
}

function areasOf<T extends RegionFact>(
  facts: readonly T[],
  layer: 'regions' | 'provinces',
  typeOf: (fact: T) => string | null,
): AreaRecord[] {
  const shapes = shapesOf(layer)
  return facts.map((fact) => ({
    code: fact.code,
    vintage: FACTS_VINTAGE,
    level: layer === 'regions' ? 'region' : 'province',
    type: typeOf(fact),
    parentCode: parentCodeOf(fact.code),
    nameFr: fact.nameFr,
    nameAr: fact.nameAr,
    population: fact.population,
    geometry: shapeOf(shapes, fact.iso),
  }))
}

function shapeOf(shapes: ReadonlyMap<unknown, AreaGeometry>, iso: string): AreaGeometry {
  const shape = shapes.get(iso)
  if (!shape) throw new Error(`morocco-map has no shape ${iso}: is it version 1.3.0?`)
  return shape
}

function shapesOf(layer: 'regions' | 'provinces'): Map<unknown, AreaGeometry> {
  const topology: unknown = require(`morocco-map/data/${layer}.json`)
  if (!isTopology(topology)) throw new Error(`morocco-map/data/${layer}.json is not TopoJSON`)
  return new Map(
    featuresOfTopology(topology).map(({ id, geometry }) => [id, areaGeometryOrThrow(geometry, id)]),
  )
}

function areaGeometryOrThrow(geometry: unknown, id: unknown): AreaGeometry {
  const shape = polygonOf(geometry)
  if ('rejection' in shape)
    throw new Error(`morocco-map ${String(id)}: ${shape.rejection.reason} ${shape.rejection.value}`)
  return shape.geometry
}
