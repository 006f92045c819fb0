/** Decides which single probes everybody may read. */
import { type Sql, raw, sql } from '../database/sql.js'

/**
 * A condition on the row `p`: a site's device measured at its site, whose position is public. Such a probe describes the line
 * of an office and not the movements of a person; a device carried away from its site gets the flag.
 */
export const MEASURED_AT_SITE = `p.site_code IS NOT NULL AND NOT 'far_from_site' = ANY (p.flags)
  AND EXISTS (SELECT 1 FROM site AS s WHERE s.code = p.site_code)`

/** The least number of devices: with fewer a reader could follow one of them. */
const MIN_DEVICES = 3

/**
 * The probes of a cell (an SQL expression) that are public one by one (k-anonymity with k = 3), as an item of FROM: the lines
 * of sites, and the probes of a network that at least three devices measured with the same tool. The whole history of the
 * cell decides, never the filter of a request, so that the difference of two answers reveals nothing more.
 */
export const publicProbesOf = (cell: Sql): Sql => sql`(
  SELECT p.* FROM probe AS p LEFT JOIN (
    SELECT operator, technology, tool, true AS is_common FROM probe WHERE cell = ${cell}
    GROUP BY operator, technology, tool HAVING count(DISTINCT device_id) >= ${raw(String(MIN_DEVICES))}) AS alike
  ON p.operator IS NOT DISTINCT FROM alike.operator AND p.technology IS NOT DISTINCT FROM alike.technology
    AND p.tool IS NOT DISTINCT FROM alike.tool
  WHERE p.cell = ${cell} AND (alike.is_common OR (${raw(MEASURED_AT_SITE)})))`
