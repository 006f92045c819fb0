/** What may be asked of a collection's items, and what is refused. */
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
import { DEFAULT_LIMIT } from '../http/page.dto.js'
import { invalidRequest } from '../http/problem.js'
import { RunChoice } from '../runs/runs.dto.js'

/** The one representation there is; named so that clients which ask for it by name are served. */
export class FormatQuery {
  @IsOptional()
  @IsIn(['json'])
  f?: string
}

const NUMBER = '[+-]?\\d{1,15}(\\.\\d*)?([eE][+-]?\\d{1,2})?'
const ONE_NUMBER = new RegExp(`^${NUMBER}$`)
/** Longer than any feature's id in base64. */
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
    message: 'bbox must be four numbers, or six with heights, parted by commas',
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

const KNOWN_PARAMETERS = [
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
const RUN_PARAMETERS = ['run', 'rule', 'date']

export interface ItemsRequest {
  limit: number
  crs: CrsUri
  choice: RunChoice
  query: Omit<FeatureQuery, 'run'>
}

/** Larger limits are served with this one: the standard does not let them be refused. */
export const MAX_LIMIT = 10_000

export function itemsRequest(collection: Collection, given: Record<string, unknown>): ItemsRequest {
  const { known, asked } = splitParameters(
    given,
    [...KNOWN_PARAMETERS, ...(collection.ofRun ? RUN_PARAMETERS : [])],
    collection.columns,
  )
  const { limit, crs, bbox, datetime, cursor, filter, ...query } = validatedQuery(known)
  return {
    limit: Math.min(limit ?? DEFAULT_LIMIT, MAX_LIMIT),
    crs: crs ?? CRS84,
    choice: query,
    query: {
      boxes: bbox === undefined ? null : boxesOf(bbox, query['bbox-crs'] ?? CRS84),
      time: datetime === undefined ? null : timeSpanOf(datetime),
      equal: Object.fromEntries(asked.map(([column, text]) => [column.name, columnValueOf(column, text)])),
      filter: filter === undefined ? null : cql2FilterOf(collection, filter, query['filter-crs']),
      after: cursor === undefined ? null : idOfCursor(collection, cursor),
    },
  }
}

export function cql2FilterOf(collection: Collection, text: string, crs: CrsUri = CRS84): Filter {
  const read = readCql2(text, collection.columns)
  if ('reason' in read) throw new BadRequestException(`filter: ${read.reason}`)
  const filter = filterInDegrees(read.filter, crs)
  try {
    conditionOf(collection, filter)
  } catch (error) {
    throw error instanceof UnsupportedFilterError
      ? new BadRequestException(`filter: ${error.message}`)
      : error
  }
  return filter
}

/** Of one feature only its reference system and its run may be chosen. */
export function featureRequest(
  collection: Collection,
  given: Record<string, unknown>,
): Pick<ItemsRequest, 'crs' | 'choice'> {
  const { known } = splitParameters(given, ['f', 'crs', ...(collection.ofRun ? RUN_PARAMETERS : [])], [])
  const { crs, ...choice } = validatedQuery(known)
  return { crs: crs ?? CRS84, choice }
}

/** Columns that are asked for, with what was asked. */
type PropertyFilters = [Column, string][]

function splitParameters(
  given: Record<string, unknown>,
  names: readonly string[],
  filters: readonly Column[],
) {
  const known: Record<string, string> = {}
  const asked: PropertyFilters = []
  for (const [name, value] of Object.entries(given)) {
    const column = filters.find((c) => c.name === name)
    if (typeof value !== 'string') throw new BadRequestException(`${name} is given more than once`)
    if (names.includes(name)) known[name] = value
    else if (column) asked.push([column, value])
    else throw unknownParameter(name, [...names, ...filters.map((c) => c.name)])
  }
  return { known, asked }
}

const unknownParameter = (name: string, names: readonly string[]) =>
  new BadRequestException(`no parameter is called "${name}" here; there are ${names.join(', ')}`)

function validatedQuery(known: Record<string, string>): ItemsQuery {
  const query = plainToInstance(ItemsQuery, known)
  const errors = validateSync(query)
  if (errors.length > 0) throw invalidRequest(errors)
  return query
}

function columnValueOf({ name, type }: Column, text: string): string | number | boolean {
  const refuse = (wanted: string) => new BadRequestException(`${name} must be ${wanted}; it is "${text}"`)
  if (name === 'h3' && !isServedCell(text)) throw refuse('an H3 cell')
  if (type === 'boolean') {
    if (text !== 'true' && text !== 'false') throw refuse('true or false')
    return text === 'true'
  }
  if (type === 'integer') {
    if (!/^-?\d{1,15}$/.test(text)) throw refuse('a whole number')
    return Number(text)
  }
  if (type === 'number') {
    if (!ONE_NUMBER.test(text)) throw refuse('a number')
    return Number(text)
  }
  if (type === 'time') {
    if (!TIMESTAMP_PATTERN.test(text) || Number.isNaN(Date.parse(text)))
      throw refuse('a moment like 2026-03-01T09:00:00Z')
    // As the column's text has it.
    return new Date(text).toISOString().replace('.000Z', 'Z')
  }
  if (type === 'date' && !isDate(text)) throw refuse('a date like 2026-03-01')
  return text
}

const isDate = (text: string) => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))

/** A box whose west lies east of its east crosses the antimeridian: it is two. */
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

/** A moment, a day, or an interval of them whose open end is `..` or nothing. */
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

const TIMESTAMP_PATTERN = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i
const DAY_MS = 86_400_000

function instantRangeOf(text: string, whole: string): { first: number; last: number } {
  if (isDate(text)) return { first: Date.parse(text), last: Date.parse(text) + DAY_MS - 1 }
  const ms = TIMESTAMP_PATTERN.test(text) ? Date.parse(text) : NaN
  if (Number.isNaN(ms)) throw invalidDatetime(whole)
  return { first: ms, last: ms }
}

const invalidDatetime = (text: string) =>
  new BadRequestException(
    `datetime must be a moment like 2026-03-01T09:00:00Z, a day, or an interval start/end of which one end may be ..; it is "${text}"`,
  )

function idOfCursor(collection: Collection, cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString()
  if (!featureKeyOf(collection, id))
    throw new BadRequestException(`cursor is not one that this list gave; it is "${cursor}"`)
  return id
}
