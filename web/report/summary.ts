/** The figures in two or three sentences that a clerk may read out. */
import type { ClassCounts } from '#domain/verdict'
import { type Localizer, bidiIsolated, localizedName, percentText } from '../src/language/language.js'
import { WORDS } from './words.js'

/** The figures that the sentences need of the server's report. */
interface Facts {
  counts: (ClassCounts & { notMeasured: number }) | null
  people: { population: ClassCounts }
  before: { run: number; to: string; white: number | null } | null
  worst: readonly { nameFr: string; nameAr: string; people: ClassCounts }[]
  zones: readonly { population: number | null; placeFr: string | null; placeAr: string | null }[] | null
}

/** The number that is counted in all classes; 0 if none is known, and a zero would be a claim. */
export const sumOf = (counts: ClassCounts): number =>
  counts.white + counts.grey + counts.black + counts.unknown

export const summaryOf = (words: Localizer, facts: Facts): string[] =>
  [cellsSentence(words, facts), peopleSentence(words, facts), trendSentence(words, facts)].filter(
    (sentence) => sentence !== null,
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
  const figures = { people: white, known, share: shareText(words, white / known) }
  const place = mostAffectedPlace(words, worst, zones)
  return place ? t('peopleMost', { ...figures, place: bidiIsolated(place) }) : t('people', figures)
}

/** Names where most of the people in white cells live: the area inside, or in a commune the zone. */
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
  const figures = { n: Math.abs(change), date: words.date(before.to), run: String(before.run) }
  return t(change > 0 ? 'worse' : change < 0 ? 'better' : 'same', figures)
}

/** Writes a share with a digit more near 0 and 1, and never rounded to 0 or to 100 %. */
export function shareText(words: Localizer, share: number): string {
  const t = words.translatorOf(WORDS)
  if (share > 0 && share < MIN_SHARE) return t('lessThan', { share: percentText(words, MIN_SHARE, 1) })
  if (share < 1 && share > 1 - MIN_SHARE)
    return t('moreThan', { share: percentText(words, 1 - MIN_SHARE, 1) })
  return percentText(words, share, share < 0.1 || share > 0.99 ? 1 : 0)
}

/** The smallest share that one digit after the point can show. */
const MIN_SHARE = 0.001
