/**
 * The roster of operators: who may serve the country, with which technologies, where and when. A verdict needs it to know of
 * whom nothing was measured. Pure; a day is a local day (Africa/Casablanca), written YYYY-MM-DD.
 */
import { operatorOf } from '../operator/operator.js'
import { levelOfCode } from '../place/area.js'
import type { Rejection } from '../probe/plausibility.js'
import { TECHNOLOGIES, type Technology } from '../probe/probe.js'

/** One statement of the roster: this operator may serve with these technologies, here, in this time. */
export interface RosterEntry {
  /** Operator id, as `operatorOf` gives it. */
  operator: string
  /** A list of at least one, without repetition. */
  technologies: readonly Technology[]
  /** HCP codes of regions; null for the whole country. */
  regionCodes: readonly string[] | null
  /** First day; null where it is not known or does not matter. */
  from: string | null
  /** Last day; null where no end is known. */
  to: string | null
  /** The licence, decision or publication that says so. */
  source: string
  /** True where no official text says so. */
  isAssumption: boolean
}

/** An operator with the technologies by which it may serve a place; in the order of TECHNOLOGIES. */
export interface RosterService {
  operator: string
  technologies: Technology[]
}

/**
 * The operators that may serve a place on a day, by the technologies that a rule counts, in the order of their ids. An
 * operator without such a technology is left out. `regionCode` null is a place outside all regions: only entries for the
 * whole country apply there.
 */
export function servicesAt(
  roster: readonly RosterEntry[],
  { regionCode, day }: { regionCode: string | null; day: string },
  countedTechnologies: readonly Technology[],
): RosterService[] {
  const technologiesOf = new Map<string, Set<Technology>>()
  for (const entry of roster) {
    const isHere =
      entry.regionCodes === null || (regionCode !== null && entry.regionCodes.includes(regionCode))
    if (!isHere || (entry.from !== null && day < entry.from) || (entry.to !== null && day > entry.to))
      continue
    const technologies = technologiesOf.get(entry.operator) ?? new Set()
    for (const technology of entry.technologies)
      if (countedTechnologies.includes(technology)) technologies.add(technology)
    if (technologies.size > 0) technologiesOf.set(entry.operator, technologies)
  }
  return [...technologiesOf]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([operator, set]) => ({ operator, technologies: TECHNOLOGIES.filter((t) => set.has(t)) }))
}

/** The reason why one entry of a roster is not accepted; `index` is its position. */
export interface RosterRejection extends Rejection {
  index: number
}

/** The reasons why a roster is not accepted, entry by entry; an empty list where it is. */
export function rosterRejections(roster: readonly RosterEntry[]): RosterRejection[] {
  return roster.flatMap((entry, index) =>
    rosterEntryRejections(entry, roster.slice(0, index)).map((rejection) => ({ index, ...rejection })),
  )
}

/** The reasons why an entry is not accepted beside others; an empty list where it is. */
export function rosterEntryRejections(entry: RosterEntry, others: readonly RosterEntry[]): Rejection[] {
  const overlaps = others.flatMap((other) => {
    const shared = sharedTechnologies(entry, other)
    return shared.length === 0
      ? []
      : [{ field: 'technologies', reason: `${shared.join(', ')}: overlaps ${extentText(other)}` }]
  })
  return [...entryRejections(entry), ...overlaps]
}

/** Place and time of an entry, for people. */
function extentText({ regionCodes, from, to }: RosterEntry): string {
  const place = regionCodes === null ? 'the whole country' : `region ${regionCodes.join(', ')}`
  return `an entry of this operator for ${place} from ${from ?? 'the beginning'} to ${to ?? 'no known end'}`
}

export const MAX_SOURCE_LENGTH = 500

function entryRejections({
  operator,
  technologies,
  regionCodes,
  from,
  to,
  source,
}: RosterEntry): Rejection[] {
  const rejections: Rejection[] = []
  const reject = (field: keyof RosterEntry, reason: string) => rejections.push({ field, reason })
  if (operator === '' || operatorOf(operator) !== operator)
    reject('operator', 'must be the id of an operator')
  if (technologies.length === 0 || hasDuplicate(technologies) || !technologies.every(isTechnology))
    reject('technologies', `must be a list without repetition of ${TECHNOLOGIES.join(', ')}`)
  if (regionCodes !== null && (regionCodes.length === 0 || hasDuplicate(regionCodes)))
    reject('regionCodes', 'must be null or a list of regions without repetition')
  if (regionCodes?.some((code) => levelOfCode(code) !== 'region'))
    reject('regionCodes', 'must be HCP codes of regions')
  for (const [field, day] of Object.entries({ from, to }))
    if (day !== null && !isDay(day)) reject(field as 'from' | 'to', 'must be a day (YYYY-MM-DD) or null')
  if (from !== null && to !== null && from > to) reject('to', 'must not be before from')
  if (!/\S/u.test(source) || source.length > MAX_SOURCE_LENGTH)
    reject('source', `must be a text of 1 to ${MAX_SOURCE_LENGTH} characters`)
  return rejections
}

const hasDuplicate = (items: readonly string[]): boolean => new Set(items).size < items.length

const isTechnology = (technology: string): boolean => (TECHNOLOGIES as readonly string[]).includes(technology)

/** Whether a text is a day that exists: 2026-02-30 does not. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text)
}

/**
 * The technologies that two entries state twice for the same operator, place and time. They are rejected, because ending one
 * of the two entries would then not end the service.
 */
function sharedTechnologies(a: RosterEntry, b: RosterEntry): Technology[] {
  if (a.operator !== b.operator) return []
  const isSamePlace =
    a.regionCodes === null ||
    b.regionCodes === null ||
    a.regionCodes.some((code) => b.regionCodes!.includes(code))
  const isSameTime = startOf(a) <= endOf(b) && startOf(b) <= endOf(a)
  return isSamePlace && isSameTime ? a.technologies.filter((t) => b.technologies.includes(t)) : []
}

const startOf = ({ from }: RosterEntry): string => from ?? '0000-00-00'
const endOf = ({ to }: RosterEntry): string => to ?? '9999-99-99'
