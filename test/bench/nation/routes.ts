/** Every kind of question that a person waits for, with addresses that differ, so that no cache answers for the database. */
import { cellAt, type TileAddress } from '#geo'
import { DAY_MS } from '#domain/units'
import type { NationSite } from './generate.js'

export interface RouteContext {
  /** Sites far apart, as many as there are requests of a route. */
  sites: readonly NationSite[]
  /** The newest run of the default rule. */
  run: number
  /** Codes of areas by level. */
  regions: readonly string[]
  provinces: readonly string[]
  communes: readonly string[]
  zones: readonly string[]
  /** Cursors into the list of probes, newest first, from the first rows to the last. */
  cursors: readonly string[]
  /** The same of the collection `probes_public`: ids of features. */
  featureCursors: readonly string[]
  now: number
  months: number
}

const DEGREE_BOX = 0.15

const boxAround = ({ lat, lng }: NationSite, half = DEGREE_BOX): string =>
  [lng - half, lat - half, lng + half, lat + half].map((degrees) => degrees.toFixed(4)).join()

const cellOf = ({ lat, lng }: NationSite): string => cellAt(lat, lng)

/** The tile that holds a site, by the formula of web mercator. */
function tileOf({ lat, lng }: NationSite, z: number): TileAddress {
  const sin = Math.sin((lat * Math.PI) / 180)
  const y = 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)
  return { z, x: Math.floor((lng / 360 + 0.5) * 2 ** z), y: Math.floor(y * 2 ** z) }
}

const tilePath = (run: number, layer: string, site: NationSite, z: number): string => {
  const { x, y } = tileOf(site, z)
  return `/tiles/${run}/${layer}/${z}/${x}/${y}.mvt`
}

/** A day of the history, another one for each site. */
function dayOf({ now, months }: RouteContext, n: number): Date {
  const back = 5 + ((n * 37) % (months * 28))
  return new Date(Math.floor(now / DAY_MS) * DAY_MS - back * DAY_MS)
}

const dayText = (at: Date) => at.toISOString().slice(0, 10)
const nextDay = (at: Date) => new Date(at.getTime() + DAY_MS)

type Paths = (context: RouteContext) => string[]

const ofSites =
  (path: (site: NationSite, context: RouteContext, n: number) => string): Paths =>
  (context) =>
    context.sites.map((site, n) => path(site, context, n))

const ofEach =
  (
    key: 'regions' | 'provinces' | 'communes' | 'zones',
    path: (id: string, context: RouteContext) => string,
  ): Paths =>
  (context) =>
    context[key].map((id) => path(id, context))

/** Each time the same question: caches of the database are warm, the server has none for it. */
const same =
  (path: (context: RouteContext) => string, times = 20): Paths =>
  (context) =>
    Array.from({ length: times }, () => path(context))

export const ROUTES: Readonly<Record<string, Paths>> = {
  probes_first: same(() => '/api/v1/probes?limit=100'),
  probes_deep: ({ cursors }) => cursors.map((cursor) => `/api/v1/probes?limit=100&cursor=${cursor}`),
  probes_bbox: ofSites((site) => `/api/v1/probes?limit=100&bbox=${boxAround(site)}`),
  probes_since: ofSites(
    (_site, context, n) => `/api/v1/probes?limit=100&sort=measuredAt&since=${dayText(dayOf(context, n))}`,
  ),
  probes_bbox_since: ofSites(
    (site, context, n) =>
      `/api/v1/probes?limit=100&bbox=${boxAround(site)}&since=${dayText(dayOf(context, n))}`,
  ),
  probes_cell: ofSites((site) => `/api/v1/probes?limit=100&cell=${cellOf(site)}`),
  ogc_probes: same(() => '/ogc/collections/probes_public/items?limit=100'),
  ogc_probes_deep: ({ featureCursors }) =>
    featureCursors.map((cursor) => `/ogc/collections/probes_public/items?limit=100&cursor=${cursor}`),
  ogc_probes_bbox: ofSites(
    (site) => `/ogc/collections/probes_public/items?limit=100&bbox=${boxAround(site)}`,
  ),
  ogc_probes_datetime: ofSites((_site, context, n) => {
    const day = dayOf(context, n)
    return `/ogc/collections/probes_public/items?limit=100&datetime=${day.toISOString()}/${nextDay(day).toISOString()}`
  }),
  ogc_probes_filter: ofSites(
    (site) =>
      `/ogc/collections/probes_public/items?limit=100&filter=${encodeURIComponent(`operator = '${site.operator}' AND download_bps < 1000000`)}`,
  ),
  ogc_cells_bbox: ofSites((site) => `/ogc/collections/cells/items?limit=100&bbox=${boxAround(site)}`),
  ogc_zones: same(() => '/ogc/collections/zones/items?limit=100'),
  site: ofSites((site) => `/api/v1/sites/${site.code}/state`),
  site_series: ofSites((site) => `/api/v1/sites/${site.code}/series`),
  sites: ofSites((site) => `/api/v1/sites?limit=100&bbox=${boxAround(site)}`),
  cell: ofSites((site) => `/api/v1/cells/${cellOf(site)}`),
  cell_probes: ofSites((site) => `/api/v1/cells/${cellOf(site)}/probes`),
  cell_profile: ofSites((site) => `/api/v1/cells/${cellOf(site)}/profile`),
  cell_series: ofSites((site) => `/api/v1/cells/${cellOf(site)}/series`),
  cells: ofSites((site) => `/api/v1/cells?limit=100&bbox=${boxAround(site)}`),
  region: ofEach('regions', (code) => `/api/v1/areas/${code}`),
  province: ofEach('provinces', (code) => `/api/v1/areas/${code}`),
  commune: ofEach('communes', (code) => `/api/v1/areas/${code}`),
  area_series: ofEach('regions', (code) => `/api/v1/areas/${code}/series`),
  areas: same(() => '/api/v1/areas?limit=100'),
  figures: ofEach('regions', (code) => `/api/v1/areas/table?parent=${code}`),
  report: ofEach('regions', (code) => `/api/v1/areas/${code}/report`),
  zones: same(() => '/api/v1/zones?limit=100'),
  zones_bbox: ofSites((site) => `/api/v1/zones?limit=100&bbox=${boxAround(site)}`),
  zone: ofEach('zones', (id) => `/api/v1/zones/${encodeURIComponent(id)}`),
  runs: same(() => '/api/v1/runs?limit=20'),
  contradictions: same(() => '/api/v1/contradictions?limit=100'),
  events: same(() => '/api/v1/events?limit=100'),
  tile_cells_near: ofSites((site, { run }) => tilePath(run, 'cells', site, 10)),
  tile_cells_far: ofSites((site, { run }) => tilePath(run, 'cells', site, 6)),
  tile_zones: ofSites((site, { run }) => tilePath(run, 'zones', site, 8)),
  tile_sites: ofSites((site, { run }) => tilePath(run, 'sites', site, 9)),
  tile_networks: ofSites((site, { run }) =>
    tilePath(run, 'networks', site, 9).concat(`?operator=${site.operator}`),
  ),
}
