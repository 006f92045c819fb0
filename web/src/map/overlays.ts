/** Optional layers over the cells: zones, localities, sites, plan items. */
import type L from 'leaflet'
import type { PlanState } from '#domain/plan'
import type { Class } from '#domain/verdict'
import type { Connection } from '../api/connection.js'
import { drawLocalities, drawPlan, drawSites, drawZones } from './paint/draw-overlays.js'
import { EMPTY_HIT } from './hits.js'
import type { MapHit } from './selection.js'
import { OVERLAYS, type Overlay } from './overlay-names.js'
import { EXTENT } from './tiles/tile-part.js'
import { type Properties, TileSource } from './tiles/tile-source.js'
import { type DrawTile, VectorLayer } from './tiles/vector-layer.js'

const DRAWS: Record<Overlay, DrawTile> = {
  zones: drawZones,
  localities: drawLocalities,
  sites: drawSites,
  plan: drawPlan,
}

export class Overlays {
  private readonly layers: Record<Overlay, { source: TileSource; layer: VectorLayer }>

  constructor(
    private readonly map: L.Map,
    connection: Connection,
    bounds: L.LatLngBounds,
  ) {
    const make = (name: Overlay) => {
      const source = new TileSource(connection)
      return { source, layer: new VectorLayer(source, DRAWS[name], { className: `overlay-${name}`, bounds }) }
    }
    this.layers = {
      zones: make('zones'),
      localities: make('localities'),
      sites: make('sites'),
      plan: make('plan'),
    }
  }

  all(): VectorLayer[] {
    return OVERLAYS.map((name) => this.layers[name].layer)
  }

  /** The items at a place given in tiles of a zoom, topmost first; `pixels` is the width of a tile on the screen. */
  at(x: number, y: number, zoom: number, pixels: number): MapHit[] {
    const within = (HIT_RADIUS_PIXELS * EXTENT) / pixels
    const item = this.layers.plan.source.nearestPoint(x, y, zoom, within)
    const site = this.layers.sites.source.nearestPoint(x, y, zoom, within)
    const locality = this.layers.localities.source.nearestPoint(x, y, zoom, within)
    const zone = this.layers.zones.source.hitAt(x, y, zoom)
    return [
      ...(item ? [pointHitOf('plan', item.properties)] : []),
      ...(site ? [pointHitOf('site', site.properties)] : []),
      ...(locality ? [pointHitOf('locality', locality.properties)] : []),
      ...(zone ? [zoneHitOf(zone.feature.properties)] : []),
    ]
  }

  /** Whether no tile of that place is loading. */
  isSettled(x: number, y: number, zoom: number): boolean {
    return OVERLAYS.every((name) => this.layers[name].source.isSettled(x, y, zoom))
  }

  /** Fetches the overlay's tiles again after its data were changed. */
  refresh(name: Overlay): void {
    const { source, layer } = this.layers[name]
    source.clear()
    if (this.map.hasLayer(layer)) layer.redraw()
  }

  show(run: number | null, names: readonly Overlay[]): void {
    for (const name of OVERLAYS) {
      const { source, layer } = this.layers[name]
      const isShown = run !== null && names.includes(name)
      const isNew = source.setTiles(
        isShown ? { url: `tiles/${run}/${name}/{z}/{x}/{y}.mvt`, layer: name } : null,
      )
      if (!isShown) layer.remove()
      else if (!this.map.hasLayer(layer)) layer.addTo(this.map)
      else if (isNew) layer.redraw()
    }
  }
}

const IDS = { plan: 'code', site: 'code', locality: 'id' } as const

/** Greatest distance of a pointer or finger from the point that it hits. */
const HIT_RADIUS_PIXELS = 10

function pointHitOf(kind: keyof typeof IDS, properties: Properties): MapHit {
  const text = (name: string) => (properties[name] === undefined ? null : String(properties[name]))
  return {
    ...EMPTY_HIT,
    kind,
    id: String(properties[IDS[kind]]),
    class: kind === 'locality' ? (properties['class'] as Class) : null,
    state: kind === 'plan' ? (properties['state'] as PlanState) : null,
    nameFr: text(kind === 'site' ? 'name' : 'name_fr'),
    nameAr: text('name_ar'),
  }
}

const zoneHitOf = (properties: Properties): MapHit => ({
  ...EMPTY_HIT,
  kind: 'zone',
  id: String(properties['id']),
  class: properties['class'] as Class,
  cells: Number(properties['cell_count']),
})
