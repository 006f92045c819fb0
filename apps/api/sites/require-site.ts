import type { Queryable } from '#store/database'
import { type SiteRow, findSite } from '#store/sites'
import { NotFoundException } from '@nestjs/common'

/** The site with this code, or 404. */
export async function requireSite(db: Queryable, code: string): Promise<SiteRow> {
  const site = await findSite(db, code)
  if (!site) throw new NotFoundException(`no site has the code "${code}"`)
  return site
}
