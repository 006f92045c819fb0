import type { Bounds } from '#domain/probe'
import { BadRequestException } from '@nestjs/common'
import { Type } from 'class-transformer'
import { IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator'

/** A page of a list: keyset paging, so that any depth costs the same. */
export class PageQuery {
  /** Rows in a page. */
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(10_000)
  limit?: number

  /** `next` of the page before, as it came. */
  @IsOptional()
  @IsString()
  @MaxLength(200)
  cursor?: string
}

const NUMBER = '-?\\d{1,3}(\\.\\d+)?'

export class BoxPageQuery extends PageQuery {
  /** west,south,east,north in degrees. */
  @IsOptional()
  @Matches(new RegExp(`^${NUMBER}(,${NUMBER}){3}$`), {
    message: 'bbox must be west,south,east,north in degrees',
  })
  bbox?: string
}

export class AreaChoice {
  /** HCP code of a region, province or commune. */
  @IsOptional()
  @Matches(/^\d\d(\.\d{3}(\.\d\d\.\d{1,2})?)?$/, {
    message: 'area must be the HCP code of a region, province or commune, like 01.051',
  })
  area?: string
}

export const DEFAULT_LIMIT = 100

export interface Page<T> {
  items: T[]
  next: string | null
}

export function boxOf(text: string | undefined): Bounds | null {
  if (!text) return null
  const [west, south, east, north] = text.split(',').map(Number) as [number, number, number, number]
  if (west >= east || south >= north || south < -90 || north > 90 || west < -180 || east > 180)
    throw new BadRequestException(
      `bbox must be west,south,east,north with west < east and south < north; it is "${text}"`,
    )
  return { west, south, east, north }
}

/** The cursor is the last row's key; opaque to clients, so that it may change. */
export const encodeCursor = (key: string): string => Buffer.from(key).toString('base64url')

export function decodeCursor(cursor: string | undefined, form: RegExp, first: string): string {
  if (!cursor) return first
  const key = Buffer.from(cursor, 'base64url').toString()
  if (!form.test(key))
    throw new BadRequestException(`cursor is not one that this list gave; it is "${cursor}"`)
  return key
}

/** A page from `limit` rows of the list: full pages may have a next one. */
export function pageOf<T>(items: T[], limit: number, key: (last: T) => string): Page<T> {
  return { items, next: items.length === limit ? encodeCursor(key(items.at(-1)!)) : null }
}
