/** Events as JSON Feed 1.1 (https://jsonfeed.org/version/1.1). */
import { EVENT_NAMES } from '#domain/event'
import type { EventRow } from '#store/subscriptions'
import type { Language } from '../http/languages.js'
import type { Page } from '../http/page.dto.js'

/** One event. */
export interface ListedEvent extends Omit<EventRow, 'micros'> {}

/** One event, for a feed reader. */
export interface JsonFeedItem {
  id: string
  url: string
  title: string
  content_text: string
  date_published: string
  tags: string[]
  /** The event itself, as in the list. */
  _taghtiya: ListedEvent
}

export interface JsonFeed {
  version: 'https://jsonfeed.org/version/1.1'
  title: string
  language: Language
  home_page_url: string
  feed_url: string
  next_url?: string
  items: JsonFeedItem[]
}

/** `root` is the server's public address, `path` that of the request with its query. */
export function feedOf(
  { items, next }: Page<ListedEvent>,
  lang: Language,
  { root, path }: { root: string; path: string },
): JsonFeed {
  const nextUrl = new URL(root + path)
  if (next) nextUrl.searchParams.set('cursor', next)
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title: TITLES[lang],
    language: lang,
    home_page_url: `${root}/?lang=${lang}`,
    feed_url: new URL(root + path).href,
    ...(next && { next_url: nextUrl.href }),
    items: items.map((event) => itemOf(event, lang, root)),
  }
}

function itemOf(event: ListedEvent, lang: Language, root: string): JsonFeedItem {
  const simulated = event.simulated ? ` (${SIMULATED[lang]})` : ''
  return {
    id: event.id,
    url: event.item ? itemUrl(event.item, lang, root) : `${root}/api/v1/zones/${event.zone}`,
    title: `${EVENT_NAMES[lang][event.kind]} · ${subjectOf(event, lang)}${simulated}`,
    content_text: contentOf(event, lang),
    date_published: event.at.toISOString(),
    tags: [event.kind, event.rule, ...(event.class ? [event.class] : [])],
    _taghtiya: event,
  }
}

const itemUrl = (code: string, lang: Language, root: string) =>
  `${root}/?${new URLSearchParams({ lang, with: 'plan', plan: code })}`

function subjectOf({ item, class: colour, nameFr, nameAr }: ListedEvent, lang: Language): string {
  if (item) return (lang === 'ar' && nameAr) || nameFr!
  return colour ? CLASS_NAMES[lang][colour] : ''
}

function contentOf(event: ListedEvent, lang: Language): string {
  const { item, stateBefore } = event
  const values: Readonly<Record<string, unknown>> = {
    zone: event.zone,
    item,
    place: event.communeCode ?? event.provinceCode ?? event.regionCode ?? '–',
    before: item ? (stateBefore ? EVENT_NAMES[lang][`plan.${stateBefore}`] : '–') : event.cellsBefore,
    after: event.cellsAfter,
    run: event.run ?? '–',
    rule: event.rule,
  }
  return (item ? PLAN_CONTENT : ZONE_CONTENT)[lang].replace(/\{(\w+)\}/g, (_, name: string) =>
    String(values[name]),
  )
}

type TextsByLanguage<Key extends string> = Record<Language, Record<Key, string>>

const TITLES: Record<Language, string> = {
  en: 'Taghtiya: what happened to zones and to the plan',
  fr: 'Taghtiya : ce qui est arrivé aux zones et au plan',
  ar: 'تغطية: ما طرأ على المناطق وعلى المخطط',
}

const SIMULATED: Record<Language, string> = {
  en: 'simulated data',
  fr: 'données simulées',
  ar: 'معطيات محاكاة',
}

const ZONE_CONTENT: Record<Language, string> = {
  en: 'Zone {zone}, area {place}: {before} cells before, {after} after. Run {run} of {rule}.',
  fr: 'Zone {zone}, territoire {place} : {before} mailles avant, {after} après. Évaluation {run} de {rule}.',
  ar: 'المنطقة {zone}، المجال {place}: {before} خلايا من قبل، {after} من بعد. التقييم {run} للقاعدة {rule}.',
}

const PLAN_CONTENT: Record<Language, string> = {
  en: 'Item {item} of the plan, area {place}. Before: {before}. Run {run} of {rule}.',
  fr: 'Élément {item} du plan, territoire {place}. Avant : {before}. Évaluation {run} de {rule}.',
  ar: 'العنصر {item} من المخطط، المجال {place}. من قبل: {before}. التقييم {run} للقاعدة {rule}.',
}

const CLASS_NAMES: TextsByLanguage<'white' | 'grey' | 'black'> = {
  en: { white: 'white zone', grey: 'grey zone', black: 'black zone' },
  fr: { white: 'zone blanche', grey: 'zone grise', black: 'zone noire' },
  ar: { white: 'منطقة بيضاء', grey: 'منطقة رمادية', black: 'منطقة سوداء' },
}
