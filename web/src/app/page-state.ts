/** The view in the page's address, so that it can be sent to a colleague. */
import { LANGUAGES, type Lang } from '../language/language.js'
import { SELECTABLE_KINDS } from '../map/selection.js'
import type { MapView } from '../map/coverage-map.js'
import { OVERLAYS, type Overlay } from '../map/overlays.js'
import { type Theme, themeOf, themeParamOf } from '../map/theme.js'
import { type ViewName as Pane, viewNameOf } from './views.js'

export interface PageState {
  lang: Lang
  rule: string | null
  mapView: MapView | null
  cell: string | null
  area: string | null
  zone: string | null
  locality: string | null
  /** Code of an item. */
  plan: string | null
  site: string | null
  /** An earlier run than the newest. */
  run: number | null
  /** A download threshold that is tried, bit/s. */
  threshold: number | null
  theme: Theme
  /** The run on the left of a swipe. */
  swipe: number | null
  overlays: readonly Overlay[]
  /** What stands beside the map. */
  view: Pane | null
  /** What that view keeps, by names of its own. */
  viewState: Readonly<Record<string, string>>
}

/** Before the names that a view keeps. */
const VIEW_STATE_PREFIX = 'v.'

const LANG_STORAGE_KEY = 'taghtiya.lang'

export function readPageState(search: string): PageState {
  const query = new URLSearchParams(search)
  const [zoom, lat, lng] = (query.get('at') ?? '').split('/').map(Number)
  const at =
    lng !== undefined && [zoom, lat, lng].every(Number.isFinite) ? { zoom: zoom!, lat: lat!, lng } : null
  return {
    lang: langOf(query),
    rule: query.get('rule'),
    mapView: at,
    cell: query.get('cell'),
    area: query.get('area'),
    zone: query.get('zone'),
    locality: query.get('locality'),
    plan: query.get('plan'),
    site: query.get('site'),
    run: wholeOf(query.get('run')),
    threshold: wholeOf(query.get('try')),
    theme: themeOf(query.get('show')),
    swipe: wholeOf(query.get('swipe')),
    overlays: OVERLAYS.filter((name) => query.get('with')?.split(',').includes(name)),
    view: viewNameOf(query.get('view')),
    viewState: Object.fromEntries(
      [...query].flatMap(([name, value]) =>
        name.startsWith(VIEW_STATE_PREFIX) ? [[name.slice(VIEW_STATE_PREFIX.length), value]] : [],
      ),
    ),
  }
}

const wholeOf = (text: string | null) => (text && /^\d{1,12}$/.test(text) ? Number(text) : null)

function langOf(query: URLSearchParams): Lang {
  const wanted = [query.get('lang'), storedLang(), navigator.language.slice(0, 2), 'fr']
  return LANGUAGES.find((lang) => lang === wanted.find((w) => LANGUAGES.includes(w as Lang))) ?? 'fr'
}

export function writePageState(link: PageState): void {
  const { lang, rule, mapView: at, run, threshold, theme, swipe, overlays, view, viewState: kept } = link
  storeLang(lang)
  const query = new URLSearchParams({ lang })
  if (rule) query.set('rule', rule)
  if (at) query.set('at', `${at.zoom}/${at.lat.toFixed(4)}/${at.lng.toFixed(4)}`)
  for (const kind of SELECTABLE_KINDS) if (link[kind]) query.set(kind, link[kind])
  if (run) query.set('run', String(run))
  if (threshold) query.set('try', String(threshold))
  const show = themeParamOf(theme)
  if (show) query.set('show', show)
  if (swipe) query.set('swipe', String(swipe))
  if (overlays.length > 0) query.set('with', overlays.join())
  if (view) {
    query.set('view', view)
    for (const [name, value] of Object.entries(kept))
      if (value) query.set(`${VIEW_STATE_PREFIX}${name}`, value)
  }
  history.replaceState(null, '', `?${query.toString().replace(/%2F|%2C|%3A/g, decodeURIComponent)}`)
}

/** A browser that keeps nothing for a page throws at the mention of its storage. */
function storedLang(): string | null {
  try {
    return localStorage.getItem(LANG_STORAGE_KEY)
  } catch {
    return null
  }
}

function storeLang(lang: Lang): void {
  try {
    localStorage.setItem(LANG_STORAGE_KEY, lang)
  } catch {
    // Then the address keeps it.
  }
}
