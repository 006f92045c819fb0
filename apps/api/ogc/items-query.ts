/** The query of a collection's items: its parameters, and the values that are refused. */
import type { Column, Filter, TimeSpan } from '#domain/feature'
import type { Bounds } from '#domain/probe'
import { MAX_FILTER_LENGTH, readCql2 } from '#formats/filter'
import { CRS84, CRS_URIS, type CrsUri, boxInDegrees, filterInDegrees, isServedCell } from '#geo'
import {
  type Collection,
  type FeatureQuery,
  UnsupportedFilterError,
  conditionOf,
  featureKeyOf,
} from '#store/ogc'
import { BadRequestException } from '@nestjs/common'
import { Type, plainToInstance } from 'class-transformer'
import { IsIn, IsInt, IsOptional, IsString, Matches, MaxLength, Min, validateSync } from 'class-validator'
import { DEFAULT_LIMIT, invalidCursor } from '../http/page.dto.js'
import { invalidRequest } from '../http/problem.js'
import { RunChoice } from '../runs/runs.dto.js'

/** The format, of which there is only one. Clients that request it by name are served too. */
export class FormatQuery {
  @IsOptional()
  @IsIn(['json'])
  f?: string
}

const NUMBER = '[+-]?\\d{1,15}(\\.\\d*)?([eE][+-]?\\d{1,2})?'
const ONE_NUMBER = new RegExp(`^${NUMBER}$`)
/** Limit of a cursor's length; a feature's id in base64 is shorter. */
const MAX_CURSOR_LENGTH = 1_000

class ItemsQuery extends RunChoice {
  @IsOptional()
  @IsIn(['json'])
  f?: string

  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  limit?: number

  @IsOptional()
  @IsString()
  @MaxLength(MAX_CURSOR_LENGTH)
  cursor?: string

  @IsOptional()
  @Matches(new RegExp(`^${NUMBER}(,${NUMBER}){3}((,${NUMBER}){2})?$`), {
    message: 'bbox must be four numbers, or six with heights, separated by commas',
  })
  bbox?: string

  @IsOptional()
  @IsIn(CRS_URIS)
  'bbox-crs'?: CrsUri

  @IsOptional()
  @IsIn(CRS_URIS)
  crs?: CrsUri

  @IsOptional()
  @IsString()
  @MaxLength(100)
  datetime?: string

  @IsOptional()
  @IsString()
  @MaxLength(MAX_FILTER_LENGTH)
  filter?: string

  @IsOptional()
  @IsIn(['cql2-text'])
  'filter-lang'?: string

  @IsOptional()
  @IsIn(CRS_URIS)
  'filter-crs'?: CrsUri
}

const ITEMS_PARAMETERS = [
  'f',
  'limit',
  'cursor',
  'bbox',
  'bbox-crs',
  'crs',
  'datetime',
  'filter',
  'filter-lang',
  'filter-crs',
]
/** Parameters that only collections of runs have. */
export const RUN_PARAMETERS = ['run', 'rule', 'date']

export interface ItemsRequest {
  limit: number
  crs: CrsUri
  choice: RunChoice
  query: Omit<FeatureQuery, 'run'>
}

/** A larger limit is served as this one, because the standard does not allow it to be refused. */
export const MAX_LIMIT = 10_000

export function itemsRequest(collection: Collection, given: Record<string, unknown>): ItemsRequest {
  const { standard, equal } = splitParameters(
    given,
    [...ITEMS_PARAMETERS, ...(collection.ofRun ? RUN_PARAMETERS : [])],
    collection.columns,
  )
  const { limit, crs, bbox, datetime, cursor, filter, ...query } = validatedQuery(standard)
  return {
    limit: Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT),
    crs: crs ?? CRS84,
    choice: query,
    query: {
      boxes: bbox === undefined ? null : boxesOf(bbox, query['bbox-crs'] ?? CRS84),
      time: datetime === undefined ? null : timeSpanOf(datetime),
      equal: Object.fromEntries(equal.map(([column, text]) => [column.name, columnValueOf(column, text)])),
      filter: filter === undefined ? null : cql2FilterOf(collection, filter, query['filter-crs']),
      after: cursor === undefined ? null : idOfCursor(collection, cursor),
    },
  }
}

export function cql2FilterOf(collection: Collection, text: string, crs: CrsUri = CRS84): Filter {
  const parsed = readCql2(text, collection.columns)
  if ('reason' in parsed) throw new BadRequestException(`filter: ${parsed.reason}`)
  const filter = filterInDegrees(parsed.filter, crs)
  try {
    conditionOf(collection, filter)
  } catch (error) {
    throw error instanceof UnsupportedFilterError
      ? new BadRequestException(`filter: ${error.message}`)
      : error
  }
  return filter
}

/** The query of one feature: only its coordinate reference system and its run can be chosen. */
export function featureRequest(
  collection: Collection,
  given: Record<string, unknown>,
): Pick<ItemsRequest, 'crs' | 'choice'> {
  const { standard } = splitParameters(given, ['f', 'crs', ...(collection.ofRun ? RUN_PARAMETERS : [])], [])
  const { crs, ...choice } = validatedQuery(standard)
  return { crs: crs ?? CRS84, choice }
}

/** Columns, each with the text that its values must equal. */
type PropertyFilters = [Column, string][]

/** Separates the parameters of the standard from those that are named like a column. Refuses all others. */
function splitParameters(
  given: Record<string, unknown>,
  names: readonly string[],
  columns: readonly Column[],
) {
  const standard: Record<string, string> = {}
  const equal: PropertyFilters = []
  for (const [name, value] of Object.entries(given)) {
    const column = columns.find((candidate) => candidate.name === name)
    if (typeof value !== 'string') throw new BadRequestException(`${name} is given more than once`)
    if (names.includes(name)) standard[name] = value
    else if (column) equal.push([column, value])
    else throw unknownParameter(name, [...names, ...columns.map((candidate) => candidate.name)])
  }
  return { standard, equal }
}

const unknownParameter = (name: string, names: readonly string[]) =>
  new BadRequestException(`unknown parameter "${name}"; available: ${names.join(', ')}`)

function validatedQuery(standard: Record<string, string>): ItemsQuery {
  const query = plainToInstance(ItemsQuery, standard)
  const errors = validateSync(query)
  if (errors.length > 0) throw invalidRequest(errors)
  return query
}

function columnValueOf({ name, type }: Column, text: string): string | number | boolean {
  const invalid = (expected: string) =>
    new BadRequestException(`${name} must be ${expected}; it is "${text}"`)
  if (name === 'h3' && !isServedCell(text)) throw invalid('an H3 cell')
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw invalid('true or false')
    return text === 'true'
  }
  if (type === 'integer') {
    if (!/^-?\d{1,15}$/.test(text)) throw invalid('a whole number')
    return Number(text)
  }
  if (type === 'number') {
    if (!ONE_NUMBER.test(text)) throw invalid('a number')
    return Number(text)
  }
  if (type === 'time') {
    if (!isTimestamp(text)) throw invalid('a date and time like 2026-03-01T09:00:00Z')
    // The column is compared as text in this form.
    return new Date(text).toISOString().replace('.000Z', 'Z')
  }
  if (type === 'date' && !isDate(text)) throw invalid('a date like 2026-03-01')
  return text
}

/** A day of the calendar. JavaScript takes 30 February for 2 March. */
const isDate = (text: string): boolean => {
  const ms = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(text) : NaN
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text)
}

/** The boxes of a `bbox`: one, or two where it crosses the antimeridian, because its west lies east of its east. */
export function boxesOf(text: string, crs: CrsUri): Bounds[] {
  const numbers = text.split(',').map(Number)
  const [west, south, east, north] = (
    numbers.length === 6 ? [0, 1, 3, 4].map((i) => numbers[i]) : numbers
  ) as [number, number, number, number]
  const box = boxInDegrees({ west, south, east, north }, crs)
  const isOnEarth = [box.west, box.east].every((x) => Math.abs(x) <= 180.000001)
  if (south > north || !isOnEarth || box.south < -90 || box.north > 90)
    throw new BadRequestException(
      `bbox must be west,south,east,north on the Earth with south <= north; it is "${text}"`,
    )
  if (box.west <= box.east) return [box]
  return [
    { ...box, east: 180 },
    { ...box, west: -180 },
  ]
}

/** A date and time, a day, or an interval of these, whose open end is `..` or empty. */
export function timeSpanOf(text: string): TimeSpan {
  const ends = text.split('/')
  const isOpen = (end: string) => end === '' || end === '..'
  if (ends.length > 2 || ends.every(isOpen)) throw invalidDatetime(text)
  const [start, end = start] = ends as [string, string?]
  const from = isOpen(start) ? null : instantRangeOf(start, text).first
  const to = isOpen(end) ? null : instantRangeOf(end, text).last
  if (from !== null && to !== null && from > to) throw invalidDatetime(text)
  return { from, to }
}

const TIMESTAMP_PATTERN =
  /^\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,9})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/i

/** A date and time of the calendar (RFC 3339). */
const isTimestamp = (text: string): boolean => TIMESTAMP_PATTERN.test(text) && isDate(text.slice(0, 10))
const DAY_MS = 86_400_000

/** The first and last millisecond of a day, or of an instant; `datetime` is the whole parameter, for the message. */
function instantRangeOf(text: string, datetime: string): { first: number; last: number } {
  if (isDate(text)) return { first: Date.parse(text), last: Date.parse(text) + DAY_MS - 1 }
  if (!isTimestamp(text)) throw invalidDatetime(datetime)
  const ms = Date.parse(text)
  return { first: ms, last: ms }
}

const invalidDatetime = (text: string) =>
  new BadRequestException(
    `datetime must be a date and time like 2026-03-01T09:00:00Z, a day, or an interval start/end of which one end may be ..; it is "${text}"`,
  )

function idOfCursor(collection: Collection, cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!featureKeyOf(collection, id)) throw invalidCursor(cursor)
  return id
}
