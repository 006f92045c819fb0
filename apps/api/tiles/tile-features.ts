/** Converts rows of cells, areas, sites and localities into features of a tile. */
import { type AreaLevel } from '#domain/place'
import {
  type Class,
  type ClassCounts,
  type PartialCounts,
  dominantClass,
  dominantPartial,
} from '#domain/verdict'
import {
  type TileAddress,
  type TileFeature,
  WORKING_RESOLUTION,
  featureIdOf,
  rangesCovering,
  resolutionAt,
  tilePositionOf,
} from '#geo'
import { type AreaShape, areaShapes, localitiesInBox } from '#store/areas'
import { type Queryable } from '#store/database'
import { type RunRow } from '#store/runs'
import { listSitesInBox } from '#store/sites'
import { type OperatorKnowledge, rollupsInRanges, verdictsInRanges } from '#store/verdicts'
import { envelopeWithMargin, hexagonRings, ringsOfGeoJson, toleranceAt } from './shapes.js'

export async function cellFeatures(db: Queryable, run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const res = resolutionAt(tile.z)
  const ranges = rangesCovering(envelopeWithMargin(tile), res)
  const rows =
    res === WORKING_RESOLUTION
      ? await verdictsInRanges(db, run, ranges)
      : await rollupsInRanges(db, run, ranges)
  return hexagonFeatures(rows, tile)
}

/**
 * Features of the cells that reach into the tile. A parent cell, which has counts instead of a class, gets the class of
 * most of the cells beneath it.
 */
export function hexagonFeatures(
  rows: readonly ({ h3: string } & (TileCell | TileCounts))[],
  tile: TileAddress,
): TileFeature[] {
  const res = resolutionAt(tile.z)
  const box = envelopeWithMargin(tile)
  const features: TileFeature[] = []
  for (const row of rows) {
    const rings = hexagonRings(row.h3, box, tile)
    if (rings.length === 0) continue
    const properties =
      'class' in row ? cellProperties(row, res) : { h3: row.h3, res, ...countProperties(row) }
    features.push({ kind: 'polygon', rings, properties, id: featureIdOf(row.h3) })
  }
  return features
}

/** A cell of the working resolution; an estimate at another threshold has a class only. */
type TileCell = { class: Class; confidence?: number } & Partial<OperatorKnowledge>

const cellProperties = (cell: { h3: string } & TileCell, res: number) => ({
  h3: cell.h3,
  res,
  class: cell.class,
  confidence: cell.confidence ?? null,
  operators_min: cell.operatorsMin ?? null,
  operators_max: cell.operatorsMax ?? null,
  untried: cell.untried?.join(',') || null,
  partial: cell.partial ?? null,
})

/** Counts of the cells under a parent or of those of an area; an estimate at another threshold has those by class only. */
type TileCounts = ClassCounts & Partial<PartialCounts>

const countProperties = ({ white, grey, black, unknown, served = 0, noneTried = 0 }: TileCounts) => {
  const counts = { white, grey, black, unknown }
  const partial = dominantPartial({ ...counts, served, noneTried })
  return { ...counts, served, none_tried: noneTried, class: dominantClass(counts), partial }
}

/** Level of the areas by zoom: regions at first, then provinces, then communes. */
const levelAt = (z: number): AreaLevel => (z <= 6 ? 'region' : z <= 8 ? 'province' : 'commune')

export async function areaFeatures(db: Queryable, run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const box = envelopeWithMargin(tile)
  const tolerance = toleranceAt(tile.z)
  const shapes = await areaShapes(db, { run: run.id, level: levelAt(tile.z), box, tolerance })
  return shapes.flatMap((shape) => areaFeature(shape, tile) ?? [])
}

function areaFeature(shape: AreaShape, tile: TileAddress): TileFeature | null {
  const rings = ringsOfGeoJson(shape.geojson, tile)
  if (rings.length === 0) return null
  return {
    kind: 'polygon',
    rings,
    properties: {
      code: shape.code,
      level: shape.level,
      name_fr: shape.nameFr,
      name_ar: shape.nameAr,
      simulated: shape.simulated,
      ...countProperties(shape),
      not_measured: shape.notMeasured,
    },
  }
}

export async function siteFeatures(db: Queryable, _run: RunRow, tile: TileAddress): Promise<TileFeature[]> {
  const sites = await listSitesInBox(db, envelopeWithMargin(tile))
  return sites.map(({ lat, lng, code, name, nameAr, type, simulated }) => ({
    kind: 'point',
    rings: [[tilePositionOf([lng, lat], tile)]],
    properties: { code, name, name_ar: nameAr ?? null, type, simulated },
  }))
}

/** Limit of the points on a tile; more cannot be told apart. The most populous are drawn. */
const MAX_LOCALITIES = 2_000

export async function localityFeatures(
  db: Queryable,
  run: RunRow,
  tile: TileAddress,
): Promise<TileFeature[]> {
  const localities = await localitiesInBox(db, run, { box: envelopeWithMargin(tile), limit: MAX_LOCALITIES })
  return localities.map(({ id, nameFr, nameAr, kind, population, lat, lng, class: cellClass }) => ({
    kind: 'point',
    rings: [[tilePositionOf([lng, lat], tile)]],
    properties: { id, name_fr: nameFr, name_ar: nameAr, kind, population, class: cellClass },
  }))
}
