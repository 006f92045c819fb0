/** The page's three languages: messages, numbers and dates in Moroccan conventions. */
import { MBIT_BPS, TIME_ZONE } from '#domain/units'
import { IntlMessageFormat } from 'intl-messageformat'
import { ar } from '../../locales/ar.js'
import { type Messages, en } from '../../locales/en.js'
import { fr } from '../../locales/fr.js'

export const LANGUAGES = ['ar', 'fr', 'en'] as const
export type Lang = (typeof LANGUAGES)[number]
export const LANGUAGE_NAMES: Record<Lang, string> = { ar: 'العربية', fr: 'Français', en: 'English' }

const MESSAGES: Record<Lang, Messages> = { ar, fr, en }
/** Morocco writes Western digits in Arabic too; in French, HCP groups them by spaces (36 828 330), as `fr` does. */
const LOCALES: Record<Lang, string> = { ar: 'ar-MA-u-nu-latn', fr: 'fr', en: 'en-GB' }

type Values = Record<string, string | number>

/** Messages of a part of the page in every language; a key that one language lacks fails the type check. */
export type Dictionary<Key extends string> = Record<Lang, Record<Key, string>>

export interface Localizer {
  lang: Lang
  dir: 'rtl' | 'ltr'
  t(key: keyof Messages, values?: Values): string
  /** Translator for the messages of a view, which are loaded with it. */
  translatorOf<Key extends string>(words: Dictionary<Key>): (key: Key, values?: Values) => string
  number(value: number, digits?: number): string
  /** A speed given in bit/s as a figure in Mbit/s; a dash if there is none. */
  mbit(bps: number | null | undefined, digits?: number): string
  date(value: string | number): string
  /** Date and time of day in Morocco's time zone. */
  dateTime(value: string | number): string
}

export function localizerOf(lang: Lang): Localizer {
  const locale = LOCALES[lang]
  const formats = new Map<string, IntlMessageFormat>()
  const textOf = (message: string, values?: Values): string => {
    const format = formats.get(message) ?? new IntlMessageFormat(message, locale)
    formats.set(message, format)
    return String(format.format(values))
  }
  const number = (value: number, digits = 0) =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value)
  const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: TIME_ZONE })
  // In Arabic the short date has figures only, which can be read from either end.
  const dateTimes = new Intl.DateTimeFormat(locale, {
    dateStyle: lang === 'ar' ? 'long' : 'medium',
    timeStyle: 'short',
    timeZone: TIME_ZONE,
  })
  return {
    lang,
    dir: lang === 'ar' ? 'rtl' : 'ltr',
    t: (key, values) => textOf(MESSAGES[lang][key], values),
    translatorOf: (words) => (key, values) => textOf(words[lang][key], values),
    number,
    mbit: (bps, digits = 1) => (bps == null ? '–' : number(bps / MBIT_BPS, digits)),
    date: (value) => dates.format(new Date(value)),
    dateTime: (value) => dateTimes.format(new Date(value)),
  }
}

/** A share between 0 and 1 in percent; values outside are clamped. */
export const percentText = ({ t, number }: Localizer, share: number, digits = 0): string =>
  t('percent', { figure: number(Math.max(0, Math.min(1, share)) * 100, digits) })

/** A name, isolated so that its script does not reorder the words around it. */
export const bidiIsolated = (name: string): string => `\u2068${name}\u2069`

/** Isolates codes, addresses and coordinates, which are always read from left to right. */
export const ltrIsolated = (text: string): string => `\u2066${text}\u2069`

/** Names in one text, separated in the language's way. */
export const listText = ({ lang }: Localizer, names: readonly string[]): string =>
  names.join(lang === 'ar' ? '، ' : ', ')

/** Name of an area in a language of the page; areas have a name in each. */
export const localizedName = (lang: Lang, { nameFr, nameAr }: { nameFr: string; nameAr: string }): string =>
  lang === 'ar' ? nameAr : nameFr

/** Name of a site, a locality or a plan item, which may lack an Arabic name. */
export const localizedPlaceName = (
  { lang }: Pick<Localizer, 'lang'>,
  name: string,
  nameAr: string | null | undefined,
): string => (lang === 'ar' && nameAr ? nameAr : name)
