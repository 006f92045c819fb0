/** All layers that are drawn as vector tiles, and where the features of each come from. */
import type { TileAddress, TileFeature } from '#geo'
import type { Queryable } from '#store/database'
import type { RunRow } from '#store/runs'
import type { NetworkFilter } from '#store/verdicts'
import { planFeatures } from '../plan/plan-features.js'
import type { RunResolver } from '../runs/run-resolver.js'
import type { ThresholdChoice } from '../what-if/threshold-steps.js'
import { whatIfFeatures } from '../what-if/what-if-features.js'
import { contradictionFeatures } from './contradiction-features.js'
import { DeclaredFeatures } from './declared-features.js'
import { differenceFeatures } from './difference-features.js'
import { inferredFeatures } from './inferred-features.js'
import { NetworkFeatures } from './network-features.js'
import { areaFeatures, cellFeatures, localityFeatures, siteFeatures } from './tile-features.js'
import { zoneFeatures } from './zone-features.js'

/** The layers of `/tiles/{run}/{layer}`, each with a TileJSON; the others have routes of their own. */
export const LAYERS = [
  'cells',
  'areas',
  'zones',
  'sites',
  'localities',
  'difference',
  'contradictions',
  'inferred',
] as const
export type Layer = (typeof LAYERS)[number]

/** What a layer is asked for beside run and tile; null: nothing. */
export interface LayerOptions extends Record<Exclude<Layer, 'difference'>, null> {
  /** Id of the run that is compared with. */
  difference: { with: number }
  networks: NetworkFilter
  declared: NetworkFilter
  'what-if': ThresholdChoice
  plan: null
}
export type LayerName = keyof LayerOptions

export interface TileContext {
  db: Queryable
  run: RunRow
  tile: TileAddress
  runs: Pick<RunResolver, 'byId'>
}

export interface TileLayer<Options> {
  featuresOf(context: TileContext, options: Options): Promise<TileFeature[]>
  /** Name of the layer inside the tile, where it is not that of the address. */
  nameInTile?: string
  /** What is drawn changes between runs: no tile is kept. */
  isLive?: boolean
}

type PlainFeatures = (db: Queryable, run: RunRow, tile: TileAddress) => Promise<TileFeature[]>

const plain = (featuresOf: PlainFeatures): TileLayer<null> => ({
  featuresOf: ({ db, run, tile }) => featuresOf(db, run, tile),
})

/** One registry for one database: the layers of networks keep what they have read of the whole country. */
export function tileLayers(): { [Name in LayerName]: TileLayer<LayerOptions[Name]> } {
  const networks = new NetworkFeatures()
  const declared = new DeclaredFeatures()
  return {
    cells: plain(cellFeatures),
    areas: plain(areaFeatures),
    zones: plain(zoneFeatures),
    sites: plain(siteFeatures),
    localities: plain(localityFeatures),
    contradictions: plain(contradictionFeatures),
    inferred: plain(inferredFeatures),
    difference: {
      featuresOf: async ({ db, run, tile, runs }, options) =>
        differenceFeatures(db, run, tile, await runs.byId(options.with)),
    },
    networks: { featuresOf: ({ db, run, tile }, filter) => networks.of(db, run, tile, filter) },
    declared: { featuresOf: ({ db, run, tile }, filter) => declared.of(db, run, tile, filter) },
    'what-if': {
      featuresOf: ({ db, run, tile }, choice) => whatIfFeatures(db, run, tile, choice),
      nameInTile: 'cells',
    },
    plan: { featuresOf: ({ db, tile }) => planFeatures(db, tile), isLive: true },
  }
}
