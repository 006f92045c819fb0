/** The page's three languages: messages, numbers and dates as Morocco writes them. */
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

/** The words of a part of the page in every language; a key that is missing in one fails the type check. */
export type Dictionary<Key extends string> = Record<Lang, Record<Key, string>>

export interface Localizer {
  lang: Lang
  dir: 'rtl' | 'ltr'
  t(key: keyof Messages, values?: Values): string
  /** The words of a view, which come with it. */
  translatorOf<Key extends string>(words: Dictionary<Key>): (key: Key, values?: Values) => string
  number(value: number, digits?: number): string
  date(value: string | number): string
  /** Day and time of day, in Morocco. */
  dateTime(value: string | number): string
}

export function localizerOf(lang: Lang): Localizer {
  const locale = LOCALES[lang]
  const formats = new Map<string, IntlMessageFormat>()
  const say = (message: string, values?: Values): string => {
    const format = formats.get(message) ?? new IntlMessageFormat(message, locale)
    formats.set(message, format)
    return String(format.format(values))
  }
  const days = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'Africa/Casablanca' })
  // Figures alone are read from either end: in Arabic the short month is one, too.
  const moments = new Intl.DateTimeFormat(locale, {
    dateStyle: lang === 'ar' ? 'long' : 'medium',
    timeStyle: 'short',
    timeZone: 'Africa/Casablanca',
  })
  return {
    lang,
    dir: lang === 'ar' ? 'rtl' : 'ltr',
    t: (key, values) => say(MESSAGES[lang][key], values),
    translatorOf: (words) => (key, values) => say(words[lang][key], values),
    number: (value, digits = 0) =>
      new Intl.NumberFormat(locale, { maximumFractionDigits: digits }).format(value),
    date: (value) => days.format(new Date(value)),
    dateTime: (value) => moments.format(new Date(value)),
  }
}

/** A name of another script inside a sentence, kept from turning the order of the words around it. */
export const bidiIsolated = (name: string): string => `\u2068${name}\u2069`

/** Names one after the other. */
export const listText = ({ lang }: Localizer, names: readonly string[]): string =>
  names.join(lang === 'ar' ? '، ' : ', ')

/** `name` of an area or a site in the page's language. */
export const localizedName = (lang: Lang, names: { nameFr: string; nameAr: string }): string =>
  lang === 'ar' ? names.nameAr : names.nameFr
