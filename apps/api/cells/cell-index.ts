/** H3 indexes in requests: each is checked before it reaches a query. */
import { WORKING_RESOLUTION, cellToSql, isServedCell, resolutionOf } from '#geo'
import { BadRequestException } from '@nestjs/common'

/** The key in the database of a cell of resolution 8, or 400. `name` is the parameter's name. */
export function workingCellOf(name: string, h3: string): string {
  if (!isServedCell(h3) || resolutionOf(h3) !== WORKING_RESOLUTION)
    throw new BadRequestException(
      `${name} must be an H3 cell of resolution ${WORKING_RESOLUTION}; it is "${h3}"`,
    )
  return cellToSql(h3)
}

/** The key in the database of a cell of any served resolution, or 400. */
export function servedCellOf(h3: string): string {
  if (!isServedCell(h3))
    throw new BadRequestException(`h3 must be an H3 cell of resolution 4 to 8; it is "${h3}"`)
  return cellToSql(h3)
}
