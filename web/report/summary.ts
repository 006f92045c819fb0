/** What the figures say, in two or three sentences that a clerk may read out. */
import type { ClassCounts } from '#domain/verdict'
import { type Language, isolated, nameIn } from '../src/language.js'
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

export const summaryOf = (words: Language, facts: Facts): string[] =>
  [ofCells(words, facts), ofPeople(words, facts), ofTrend(words, facts)].filter((said) => said !== null)

function ofCells(words: Language, { counts }: Facts): string {
  const t = words.says(WORDS)
  if (!counts) return t('notCounted')
  const measured = sumOf(counts)
  if (measured === 0) return t('nothingMeasured')
  const all = measured + counts.notMeasured
  const { white, grey, black, unknown } = counts
  return t('measured', { measured, all, share: percent(words, measured / all), white, grey, black, unknown })
}

function ofPeople(words: Language, { people, worst, zones }: Facts): string | null {
  const t = words.says(WORDS)
  const known = sumOf(people.population)
  if (known === 0) return t('peopleUnknown')
  const { white } = people.population
  if (white === 0) return t('noPeople', { known })
  const said = { people: white, known, share: percent(words, white / known) }
  const place = mostIn(words, worst, zones)
  return place ? t('peopleMost', { ...said, place: isolated(place) }) : t('people', said)
}

/** Where most of the people in white cells live: the area inside, or in a commune the zone. */
function mostIn(words: Language, worst: Facts['worst'], zones: Facts['zones']): string | null {
  const [area] = worst
  if (area) return area.people.white > 0 ? nameIn(words.lang, area) : null
  const [zone] = zones ?? []
  if (!zone?.population || zone.placeFr === null) return null
  return words.lang === 'ar' ? (zone.placeAr ?? zone.placeFr) : zone.placeFr
}

function ofTrend(words: Language, { counts, before }: Facts): string | null {
  const t = words.says(WORDS)
  if (!counts || sumOf(counts) === 0) return null
  if (before?.white == null) return t('noBefore')
  const change = counts.white - before.white
  const said = { n: Math.abs(change), date: words.date(before.to), run: String(before.run) }
  return t(change > 0 ? 'worse' : change < 0 ? 'better' : 'same', said)
}

/** A digit more near the ends, and never nought or all of what is neither. */
export function percent({ t, number, says }: Language, share: number): string {
  const said = (x: number, digits: number) => t('percent', { figure: number(x * 100, digits) })
  if (share > 0 && share < LEAST) return says(WORDS)('lessThan', { share: said(LEAST, 1) })
  if (share < 1 && share > 1 - LEAST) return says(WORDS)('moreThan', { share: said(1 - LEAST, 1) })
  return said(share, share < 0.1 || share > 0.99 ? 1 : 0)
}

/** A thousandth: what one digit can say. */
const LEAST = 0.001
