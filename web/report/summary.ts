/** What the figures say, in two or three sentences that a clerk may read out. */
import type { ClassCounts } from '#domain/verdict'
import { type Localizer, bidiIsolated, localizedName } from '../src/language/language.js'
import { WORDS } from './words.js'

/** What it needs of the server's answer. */
interface Facts {
  counts: (ClassCounts & { notMeasured: number }) | null
  people: { population: ClassCounts }
  before: { run: number; to: string; white: number | null } | null
  worst: readonly { nameFr: string; nameAr: string; people: ClassCounts }[]
  zones: readonly { population: number | null; placeFr: string | null; placeAr: string | null }[] | null
}

/** Where none is known, zero would be a claim. */
export const sumOf = (counts: ClassCounts): number =>
  counts.white + counts.grey + counts.black + counts.unknown

export const summaryOf = (words: Localizer, facts: Facts): string[] =>
  [cellsSentence(words, facts), peopleSentence(words, facts), trendSentence(words, facts)].filter(
    (said) => said !== null,
  )

function cellsSentence(words: Localizer, { counts }: Facts): string {
  const t = words.translatorOf(WORDS)
  if (!counts) return t('notCounted')
  const measured = sumOf(counts)
  if (measured === 0) return t('nothingMeasured')
  const all = measured + counts.notMeasured
  const { white, grey, black, unknown } = counts
  return t('measured', {
    measured,
    all,
    share: shareText(words, measured / all),
    white,
    grey,
    black,
    unknown,
  })
}

function peopleSentence(words: Localizer, { people, worst, zones }: Facts): string | null {
  const t = words.translatorOf(WORDS)
  const known = sumOf(people.population)
  if (known === 0) return t('peopleUnknown')
  const { white } = people.population
  if (white === 0) return t('noPeople', { known })
  const said = { people: white, known, share: shareText(words, white / known) }
  const place = mostAffectedPlace(words, worst, zones)
  return place ? t('peopleMost', { ...said, place: bidiIsolated(place) }) : t('people', said)
}

/** Where most of the people in white cells live: the area inside, or in a commune the zone. */
function mostAffectedPlace(words: Localizer, worst: Facts['worst'], zones: Facts['zones']): string | null {
  const [area] = worst
  if (area) return area.people.white > 0 ? localizedName(words.lang, area) : null
  const [zone] = zones ?? []
  if (!zone?.population || zone.placeFr === null) return null
  return words.lang === 'ar' ? (zone.placeAr ?? zone.placeFr) : zone.placeFr
}

function trendSentence(words: Localizer, { counts, before }: Facts): string | null {
  const t = words.translatorOf(WORDS)
  if (!counts || sumOf(counts) === 0) return null
  if (before?.white == null) return t('noBefore')
  const change = counts.white - before.white
  const said = { n: Math.abs(change), date: words.date(before.to), run: String(before.run) }
  return t(change > 0 ? 'worse' : change < 0 ? 'better' : 'same', said)
}

/** A digit more near the ends, and never nought or all of what is neither. */
export function shareText({ t, number, translatorOf: says }: Localizer, share: number): string {
  const said = (x: number, digits: number) => t('percent', { figure: number(x * 100, digits) })
  if (share > 0 && share < MIN_SHARE) return says(WORDS)('lessThan', { share: said(MIN_SHARE, 1) })
  if (share < 1 && share > 1 - MIN_SHARE) return says(WORDS)('moreThan', { share: said(1 - MIN_SHARE, 1) })
  return said(share, share < 0.1 || share > 0.99 ? 1 : 0)
}

/** A thousandth: what one digit can say. */
const MIN_SHARE = 0.001
