import { type AreaRow, findArea } from '#store/areas'
import type { Queryable } from '#store/database'
import { NotFoundException } from '@nestjs/common'

/** The area with this HCP code, or 404. */
export async function requireArea(db: Queryable, code: string): Promise<AreaRow> {
  const area = await findArea(db, code)
  if (!area) throw new NotFoundException(`no area has the code "${code}"`)
  return area
}
