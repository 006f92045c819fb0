/** The view in the page's address, so that it can be sent to a colleague. */
import { LANGUAGES, type Lang } from './language.js'
import { KINDS } from './map/choice.js'
import type { View } from './map/coverage-map.js'
import { OVERLAYS, type Overlay } from './map/overlays.js'
import { type Theme, themeOf, themeText } from './map/theme.js'
import { type View as Pane, viewOf } from './views.js'

export interface Link {
  lang: Lang
  rule: string | null
  at: View | null
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
  kept: Readonly<Record<string, string>>
}

/** Before the names that a view keeps. */
const KEPT = 'v.'

const REMEMBERED = 'taghtiya.lang'

export function readLink(search: string): Link {
  const query = new URLSearchParams(search)
  const [zoom, lat, lng] = (query.get('at') ?? '').split('/').map(Number)
  const at =
    lng !== undefined && [zoom, lat, lng].every(Number.isFinite) ? { zoom: zoom!, lat: lat!, lng } : null
  return {
    lang: langOf(query),
    rule: query.get('rule'),
    at,
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
    view: viewOf(query.get('view')),
    kept: Object.fromEntries(
      [...query].flatMap(([name, value]) =>
        name.startsWith(KEPT) ? [[name.slice(KEPT.length), value]] : [],
      ),
    ),
  }
}

const wholeOf = (text: string | null) => (text && /^\d{1,12}$/.test(text) ? Number(text) : null)

function langOf(query: URLSearchParams): Lang {
  const wanted = [query.get('lang'), remembered(), navigator.language.slice(0, 2), 'fr']
  return LANGUAGES.find((lang) => lang === wanted.find((w) => LANGUAGES.includes(w as Lang))) ?? 'fr'
}

export function writeLink(link: Link): void {
  const { lang, rule, at, run, threshold, theme, swipe, overlays, view, kept } = link
  remember(lang)
  const query = new URLSearchParams({ lang })
  if (rule) query.set('rule', rule)
  if (at) query.set('at', `${at.zoom}/${at.lat.toFixed(4)}/${at.lng.toFixed(4)}`)
  for (const kind of KINDS) if (link[kind]) query.set(kind, link[kind])
  if (run) query.set('run', String(run))
  if (threshold) query.set('try', String(threshold))
  const show = themeText(theme)
  if (show) query.set('show', show)
  if (swipe) query.set('swipe', String(swipe))
  if (overlays.length > 0) query.set('with', overlays.join())
  if (view) {
    query.set('view', view)
    for (const [name, value] of Object.entries(kept)) if (value) query.set(`${KEPT}${name}`, value)
  }
  history.replaceState(null, '', `?${query.toString().replace(/%2F|%2C|%3A/g, decodeURIComponent)}`)
}

/** A browser that keeps nothing for a page throws at the mention of its storage. */
function remembered(): string | null {
  try {
    return localStorage.getItem(REMEMBERED)
  } catch {
    return null
  }
}

function remember(lang: Lang): void {
  try {
    localStorage.setItem(REMEMBERED, lang)
  } catch {
    // Then the address keeps it.
  }
}
