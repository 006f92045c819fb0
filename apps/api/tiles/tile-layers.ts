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

/** The layers of `/tiles/{run}/{layer}`, each with a TileJSON. `networks`, `declared`, `what-if` and `plan` have their own routes. */
export const RUN_LAYERS = [
  'cells',
  'areas',
  'zones',
  'sites',
  'localities',
  'difference',
  'contradictions',
  'inferred',
] as const
export type RunLayer = (typeof RUN_LAYERS)[number]

/** Options of a layer besides run and tile; null where it has none. */
export interface LayerOptions extends Record<Exclude<RunLayer, 'difference'>, null> {
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
  /**
   * Whether the features can change without a new run. `revised`: they also come from lists whose changes are recorded
   * (sites, areas, localities, claims), so a tile is cached until the next change. `live`: no tile is cached. Without it
   * all features are rows of a run, and a tile is cached for ever.
   */
  freshness?: 'revised' | 'live'
}

type PlainFeatures = (db: Queryable, run: RunRow, tile: TileAddress) => Promise<TileFeature[]>

const plain = (featuresOf: PlainFeatures): TileLayer<null> => ({
  featuresOf: ({ db, run, tile }) => featuresOf(db, run, tile),
})

const revised = (featuresOf: PlainFeatures): TileLayer<null> => ({
  ...plain(featuresOf),
  freshness: 'revised',
})

/** Call once per database: the network layers cache the parent cells of the country. */
export function tileLayers(): { [Name in LayerName]: TileLayer<LayerOptions[Name]> } {
  const networks = new NetworkFeatures()
  const declared = new DeclaredFeatures()
  return {
    cells: plain(cellFeatures),
    areas: revised(areaFeatures),
    zones: plain(zoneFeatures),
    sites: revised(siteFeatures),
    localities: revised(localityFeatures),
    contradictions: revised(contradictionFeatures),
    inferred: revised(inferredFeatures),
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
    plan: { featuresOf: ({ db, tile }) => planFeatures(db, tile), freshness: 'live' },
  }
}
