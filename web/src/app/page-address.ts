/**
 * The part of the page's state that its address holds, so that a link shows the same view. Pure: it reads no browser
 * state.
 */
import { LANGUAGES, type Lang } from '../language/language.js'
import type { MapView } from '../map/map-view.js'
import { OVERLAYS, type Overlay } from '../map/overlay-names.js'
import { SELECTABLE_KINDS, type SelectedItem } from '../map/selection.js'
import { type Theme, themeOf, themeParamOf } from '../map/theme.js'
import { type ViewName, viewNameOf } from './view-names.js'

/** The state that a view keeps in the address, by its own parameter names. */
export type ViewState = Readonly<Record<string, string>>

export interface PageAddress {
  lang: Lang
  /** Id of a rule; null: the default rule. */
  rule: string | null
  /** Centre and zoom of the map; null shows the whole country or the place of the selected item. */
  mapView: MapView | null
  selection: SelectedItem | null
  /** An earlier run; null for the newest. */
  run: number | null
  /** Download threshold in bit/s; null for the rule's own. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe; null without one. */
  swipe: number | null
  overlays: readonly Overlay[]
  /** The view beside the map; null if none is open. */
  view: ViewName | null
  viewState: ViewState
}

/** Prefix of a view's own parameters. */
const VIEW_STATE_PREFIX = 'v.'

/**
 * Reads the state from the query of an address. If it names no supported language, `languages` are tried in order, then
 * French, the language of offices.
 */
export function readAddress(search: string, languages: readonly (string | null)[]): PageAddress {
  const query = new URLSearchParams(search)
  return {
    lang: firstLanguageOf([query.get('lang'), ...languages]),
    rule: query.get('rule'),
    mapView: mapViewOf(query.get('at')),
    selection: selectionOf(query),
    run: wholeNumberOf(query.get('run')),
    threshold: wholeNumberOf(query.get('try')),
    theme: themeOf(query.get('show')),
    swipe: wholeNumberOf(query.get('swipe')),
    overlays: OVERLAYS.filter((name) => query.get('with')?.split(',').includes(name)),
    view: viewNameOf(query.get('view')),
    viewState: Object.fromEntries(
      [...query].flatMap(([name, value]) =>
        name.startsWith(VIEW_STATE_PREFIX) ? [[name.slice(VIEW_STATE_PREFIX.length), value]] : [],
      ),
    ),
  }
}

/** The query of the page's address, including its question mark. */
export function addressTextOf(address: PageAddress): string {
  const { lang, rule, mapView, selection, run, threshold, theme, swipe, overlays, view, viewState } = address
  const query = new URLSearchParams({ lang })
  if (rule) query.set('rule', rule)
  if (mapView) query.set('at', mapViewTextOf(mapView))
  if (selection) query.set(selection.kind, selection.id)
  if (run) query.set('run', String(run))
  if (threshold) query.set('try', String(threshold))
  const show = themeParamOf(theme)
  if (show) query.set('show', show)
  if (swipe) query.set('swipe', String(swipe))
  if (overlays.length > 0) query.set('with', overlays.join())
  if (view) {
    query.set('view', view)
    for (const [name, value] of Object.entries(viewState))
      if (value) query.set(`${VIEW_STATE_PREFIX}${name}`, value)
  }
  return `?${query.toString().replace(/%2F|%2C|%3A/g, decodeURIComponent)}`
}

const firstLanguageOf = (candidates: readonly (string | null)[]): Lang =>
  candidates.flatMap((name) => LANGUAGES.find((lang) => lang === name) ?? [])[0] ?? 'fr'

function mapViewOf(text: string | null): MapView | null {
  const [zoom, lat, lng] = (text ?? '').split('/').map(Number)
  const isWhole = lng !== undefined && [zoom, lat, lng].every(Number.isFinite)
  return isWhole ? { zoom: zoom!, lat: lat!, lng } : null
}

/** Four decimals are about ten metres. */
const mapViewTextOf = ({ zoom, lat, lng }: MapView): string => `${zoom}/${lat.toFixed(4)}/${lng.toFixed(4)}`

/** An address may name several items; the one that is drawn on top is selected. */
function selectionOf(query: URLSearchParams): SelectedItem | null {
  for (const kind of SELECTABLE_KINDS) {
    const id = query.get(kind)
    if (id) return { kind, id }
  }
  return null
}

const wholeNumberOf = (text: string | null): number | null =>
  text && /^\d{1,12}$/.test(text) ? Number(text) : null
