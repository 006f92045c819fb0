import type { Bounds } from '#domain/probe'
import { BadRequestException } from '@nestjs/common'
import { Type } from 'class-transformer'
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator'
import { IsAreaCode } from './area-code.js'

/** A page of a list. Lists are read by keyset, so that a deep page costs as much as the first. */
export class PageQuery {
  /** Number of rows in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  limit?: number

  /** `next` of the page before, unchanged. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string
}

const NUMBER = '-?\\d{1,3}(\\.\\d+)?'

export class BoxPageQuery extends PageQuery {
  /** A box: west,south,east,north in degrees. */
  @IsOptional()
  @Matches(new RegExp(`^${NUMBER}(,${NUMBER}){3}$`), {
    message: 'bbox must be west,south,east,north in degrees',
  })
  bbox?: string
}

export class AreaChoice {
  /** HCP code of a region, province or commune. */
  @IsOptional()
  @IsAreaCode('region, province or commune')
  area?: string
}

export const DEFAULT_LIMIT = 100

export interface Page<T> {
  items: T[]
  next: string | null
}

export function boxOf(bbox: string | undefined): Bounds | null {
  if (!bbox) return null
  const [west, south, east, north] = bbox.split(',').map(Number) as [number, number, number, number]
  if (west >= east || south >= north || south < -90 || north > 90 || west < -180 || east > 180)
    throw new BadRequestException(
      `bbox must be west,south,east,north with west < east and south < north; it is "${bbox}"`,
    )
  return { west, south, east, north }
}

/** The last row's key in base64url. Clients must not read it, so that its form may change. */
export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url')

export const invalidCursor = (cursor: string) =>
  new BadRequestException(`invalid cursor for this list and sort order; it is "${cursor}"`)

/** The key in a cursor; `first` without a cursor. Refuses a cursor whose key does not have the list's form. */
export function decodeCursor(cursor: string | undefined, form: RegExp, first: string): string {
  if (!cursor) return first
  const key = Buffer.from(cursor, 'base64url').toString()
  if (!form.test(key)) throw invalidCursor(cursor)
  return key
}

/** The cursor of a list that has several sort orders: it names its order, because a key of one order is no key of another. */
export const orderedCursorKey = (order: string, ...parts: (string | number)[]): string =>
  [order, ...parts].join(' ')

/**
 * The parts of the key in such a cursor, one for each group of `form`, which must have no other groups; null without a
 * cursor. Refuses a cursor of another list or another order.
 */
export function decodeOrderedCursor(
  cursor: string | undefined,
  order: string,
  form: string,
): string[] | null {
  if (!cursor) return null
  const pattern = new RegExp(`^${order} ${form}$`, 'u')
  return pattern.exec(decodeCursor(cursor, pattern, ''))!.slice(1)
}

/** The cursor after `limit` rows of a list; null if there are fewer, because then there is no next page. */
export const nextCursorOf = <R>(
  rows: readonly R[],
  limit: number,
  keyOf: (last: R) => string,
): string | null => (rows.length === limit ? encodeCursor(keyOf(rows.at(-1)!)) : null)

/** A page of `limit` rows at most, each converted by `itemOf`. */
export const pageOf = <R, T = R>(
  rows: readonly R[],
  limit: number,
  keyOf: (last: R) => string,
  itemOf: (row: R) => T = (row) => row as unknown as T,
): Page<T> => ({ items: rows.map(itemOf), next: nextCursorOf(rows, limit, keyOf) })
