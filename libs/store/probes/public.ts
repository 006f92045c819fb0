/** Decides which single probes everybody may read. */
import { type Sql, raw, sql } from '../database/sql.js'

/**
 * A condition on the row `p`: a site's device measured at its site, whose position is public. Such a probe describes the line
 * of an office and not the movements of a person; a device carried away from its site gets the flag. OFFSET 0 keeps the site one
 * look at an index for each probe: PostgreSQL would else hash all sites of the country, once for each month.
 */
export const MEASURED_AT_SITE = `p.site_code IS NOT NULL AND NOT 'far_from_site' = ANY (p.flags)
  AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code OFFSET 0)`

/**
 * Whether a probe of a cell is one of a site. With `=` PostgreSQL might look for it among the probes of all sites, by their
 * index on the time.
 */
export const isOfSite = (row: string, code: string): Sql =>
  sql`${raw(row)}.site_code IS NOT DISTINCT FROM ${code}`

/** The least number of devices: with fewer a reader could follow one of them. */
const MIN_DEVICES = 3

/**
 * Whether a probe `p` of one cell (an SQL expression) is public by itself (k-anonymity with k = 3): it is of the line of a
 * site, or of a network that at least three devices measured in the cell with the same tool. The whole history of the
 * cell decides, never the filter of a request, so that the difference of two answers reveals nothing more. The history is
 * read once, and only where a probe is no site's.
 */
export const isPublicIn = (cell: Sql): Sql => sql`((${raw(MEASURED_AT_SITE)}) OR ${raw(NETWORK)} IN (
    SELECT ${raw(NETWORK)} FROM probe AS p WHERE p.cell = ${cell} GROUP BY ${raw(NETWORK)}
    HAVING count(DISTINCT p.device_id) >= ${raw(String(MIN_DEVICES))}))`

/** The public probes of one cell (an SQL expression), as an item of FROM. */
export const publicProbesOf = (cell: Sql): Sql =>
  sql`(SELECT p.* FROM probe AS p WHERE p.cell = ${cell} AND ${isPublicIn(cell)})`

/** A network as one text, in which a missing name differs from an empty one: a comparison with IN is null where a name is missing. */
const NETWORK = 'ROW(p.operator, p.technology, p.tool)::text'
