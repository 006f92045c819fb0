/** Zones, localities, sites and the plan, drawn over the cells when asked for. */
import type L from 'leaflet'
import { PLAN_STATES, type PlanState } from '#domain/plan'
import { CLASSES, type Class } from '#domain/verdict'
import type { Connection } from '../api/connection.js'
import { CLASS_PAINTS, PLAN_PAINTS, PLAN_SIGNS, SIGN_BOX } from './colours.js'
import { pathOf } from './draw.js'
import type { MapHit } from './selection.js'
import { EXTENT } from './tile-part.js'
import { type Properties, TileSource } from './tile-source.js'
import { type DrawTile, VectorLayer } from './vector-layer.js'

export const OVERLAYS = ['zones', 'localities', 'sites', 'plan'] as const
export type Overlay = (typeof OVERLAYS)[number]

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

  /** What lies at a place, given in tiles of a zoom; `pixels` is how many a tile is wide on the screen. */
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

  /** False while a tile of that place is on its way. */
  isKnown(x: number, y: number, zoom: number): boolean {
    return OVERLAYS.every((name) => this.layers[name].source.isSettled(x, y, zoom))
  }

  /** People changed what it shows. */
  refresh(name: Overlay): void {
    const { source, layer } = this.layers[name]
    source.clear()
    if (this.map.hasLayer(layer)) layer.redraw()
  }

  show(run: number | null, shown: readonly Overlay[]): void {
    for (const name of OVERLAYS) {
      const { source, layer } = this.layers[name]
      const isShown = run !== null && shown.includes(name)
      const isNew = source.setTiles(
        isShown ? { url: `/tiles/${run}/${name}/{z}/{x}/{y}.mvt`, layer: name } : null,
      )
      if (!isShown) layer.remove()
      else if (!this.map.hasLayer(layer)) layer.addTo(this.map)
      else if (isNew) layer.redraw()
    }
  }
}

const IDS = { plan: 'code', site: 'code', locality: 'id' } as const

/** How far from a point a pointer, or a finger, may be. */
const HIT_RADIUS_PIXELS = 10

function pointHitOf(kind: keyof typeof IDS, properties: Properties): MapHit {
  const text = (name: string) => (properties[name] === undefined ? null : String(properties[name]))
  return {
    kind,
    id: String(properties[IDS[kind]]),
    class: kind === 'locality' ? (properties['class'] as Class) : null,
    themeWordKey: null,
    state: kind === 'plan' ? (properties['state'] as PlanState) : null,
    nameFr: text(kind === 'site' ? 'name' : 'name_fr'),
    nameAr: text('name_ar'),
    cells: null,
  }
}

const zoneHitOf = (properties: Properties): MapHit => ({
  kind: 'zone',
  id: String(properties['id']),
  class: properties['class'] as Class,
  themeWordKey: null,
  state: null,
  nameFr: null,
  nameAr: null,
  cells: Number(properties['cell_count']),
})

/** Around its cells, in the colour that frames the class: broad, so that a zone is seen as one. */
const ZONE_LINES: Record<Class, string> = {
  white: '#c1121f',
  grey: '#3f4854',
  black: '#000000',
  unknown: '#8a6d2b',
}

function drawZones(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  context.lineJoin = 'round'
  for (const colour of CLASSES) {
    const path = pathOf(
      features.filter(({ properties }) => properties['class'] === colour),
      scale,
    )
    context.setLineDash(colour === 'white' ? [] : [5 * ratio, 3 * ratio])
    context.strokeStyle = '#ffffff'
    context.lineWidth = 5 * ratio
    context.stroke(path)
    context.strokeStyle = ZONE_LINES[colour]
    context.lineWidth = 2.6 * ratio
    context.stroke(path)
  }
}

/** Radius in pixels by people: an area that grows with them would hide the small, which are those that wait. */
const radiusOf = (population: number) => 3 + Math.min(4, Math.log10(1 + population) / 1.2)

function drawLocalities(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  context.lineWidth = 1.6 * ratio
  for (const { rings, properties } of features) {
    const at = rings[0]![0]!
    const { fill, line } = CLASS_PAINTS[properties['class'] as Class]
    context.beginPath()
    context.arc(
      at.x * scale,
      at.y * scale,
      radiusOf(Number(properties['population'] ?? 0)) * ratio,
      0,
      2 * Math.PI,
    )
    context.fillStyle = fill
    context.fill()
    context.strokeStyle = line
    context.stroke()
  }
}

const SITE_PIXELS = 7
/** Where a tile holds many, they would hide the cells. */
const MANY_SITES = 40
const SMALL_SITE_PIXELS = 3.5

function drawSites(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  const isCrowded = features.length > MANY_SITES
  const size = (isCrowded ? SMALL_SITE_PIXELS : SITE_PIXELS) * ratio
  context.lineWidth = (isCrowded ? 0.6 : 1.5) * ratio
  context.fillStyle = '#7c3aed'
  context.strokeStyle = '#ffffff'
  for (const { rings } of features) {
    const at = rings[0]![0]!
    context.fillRect(at.x * scale - size / 2, at.y * scale - size / 2, size, size)
    context.strokeRect(at.x * scale - size / 2, at.y * scale - size / 2, size, size)
  }
}

/** Half a diagonal; what the measurements contradict is larger and on top. */
const PLAN_PIXELS = 8
/** Where a tile holds many, they are too small for a sign. */
const MANY_ITEMS = 80
const SMALL_PLAN_PIXELS = 4

function drawPlan(...[context, features, scale, ratio]: Parameters<DrawTile>): void {
  const isCrowded = features.length > MANY_ITEMS
  for (const state of PLAN_STATES) {
    const { fill, line, width, sign } = PLAN_PAINTS[state]
    const size = (isCrowded ? SMALL_PLAN_PIXELS : PLAN_PIXELS) * ratio * (state === 'contradicted' ? 1.3 : 1)
    const path = isCrowded ? null : new Path2D(PLAN_SIGNS[state])
    for (const { rings, properties } of features) {
      if (properties['state'] !== state) continue
      const { x, y } = rings[0]![0]!
      context.lineWidth = width * ratio
      context.fillStyle = fill
      context.strokeStyle = line
      context.beginPath()
      for (const [dx, dy] of DIAMOND) context.lineTo(x * scale + dx * size, y * scale + dy * size)
      context.closePath()
      context.fill()
      context.stroke()
      if (path) drawSign(context, path, sign, { x: x * scale, y: y * scale, size })
    }
  }
}

/** A sign is drawn in a square box around the middle of its diamond. */
function drawSign(
  context: CanvasRenderingContext2D,
  path: Path2D,
  colour: string,
  { x, y, size }: { x: number; y: number; size: number },
): void {
  const zoom = (2 * size) / SIGN_BOX
  context.save()
  context.translate(x - size, y - size)
  context.scale(zoom, zoom)
  context.lineWidth = 1.5
  context.lineCap = 'round'
  context.strokeStyle = colour
  context.stroke(path)
  context.restore()
}

const DIAMOND = [
  [0, -1],
  [1, 0],
  [0, 1],
  [-1, 0],
] as const
