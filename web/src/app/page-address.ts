/** What the page's address keeps, so that a view can be sent to a colleague. Pure: it reads no browser. */
import { LANGUAGES, type Lang } from '../language/language.js'
import type { MapView } from '../map/map-view.js'
import { OVERLAYS, type Overlay } from '../map/overlay-names.js'
import { SELECTABLE_KINDS, type SelectedItem } from '../map/selection.js'
import { type Theme, themeOf, themeParamOf } from '../map/theme.js'
import { type ViewName, viewNameOf } from './view-names.js'

/** What a view keeps in the address, by names of its own. */
export type ViewState = Readonly<Record<string, string>>

export interface PageAddress {
  lang: Lang
  /** Id of a rule; null: the default rule. */
  rule: string | null
  /** Null: all of the country, or wherever the selected item is. */
  mapView: MapView | null
  selection: SelectedItem | null
  /** An earlier run; null: the newest. */
  run: number | null
  /** Another download threshold than the rule's, bit/s. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe. */
  swipe: number | null
  overlays: readonly Overlay[]
  /** What stands beside the map; null: nothing. */
  view: ViewName | null
  viewState: ViewState
}

/** Stands before the names that a view keeps. */
const VIEW_STATE_PREFIX = 'v.'

/** `languages` are tried in order where the address names none of ours; the last resort is French, as offices write. */
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

/** The query of the page's address, with its question mark. */
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

/** An address may name several things: the one that is drawn on top counts. */
function selectionOf(query: URLSearchParams): SelectedItem | null {
  for (const kind of SELECTABLE_KINDS) {
    const id = query.get(kind)
    if (id) return { kind, id }
  }
  return null
}

const wholeNumberOf = (text: string | null): number | null =>
  text && /^\d{1,12}$/.test(text) ? Number(text) : null
