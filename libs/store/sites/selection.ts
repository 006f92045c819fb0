/** Sites that are counted or listed together. */
import { isCodeWithin } from '../areas/in-area.js'
import { type Sql, allOf, param, sql } from '../database/sql.js'

/** The sites of the whole country without an area, of every type without a type. */
export interface SiteSelection {
  /** HCP code. */
  area: string | null
  type: string | null
}

/** Whether a row `s` of `site` is selected. */
export const isSelectedSite = ({ area, type }: SiteSelection): Sql =>
  allOf([
    area === null ? null : isCodeWithin('s.commune_code', area),
    type === null ? null : sql`s.type = ${param(type, 'text')}`,
  ])
