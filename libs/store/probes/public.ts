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

/** The probes of one cell that are public one by one: see `publicProbesOfCells`. */
export const publicProbesOf = (cell: Sql): Sql => publicProbes(sql`cell = ${cell}`)

/**
 * The probes of cells (an SQL array) that are public one by one (k-anonymity with k = 3), as an item of FROM: the lines
 * of sites, and the probes of a network that at least three devices measured in the cell with the same tool. The whole
 * history of the cell decides, never the filter of a request, so that the difference of two answers reveals nothing more.
 */
export const publicProbesOfCells = (cells: Sql): Sql => publicProbes(sql`cell = ANY (${cells})`)

/** The history is read once, and only where a probe is no site's: the cells must not hang on the row of another table. */
const publicProbes = (inCells: Sql): Sql => sql`(
  SELECT p.* FROM probe AS p WHERE ${inCells} AND ((${raw(MEASURED_AT_SITE)}) OR (${raw(NETWORK)}) IN (
    SELECT ${raw(NETWORK)} FROM probe AS p WHERE ${inCells} GROUP BY ${raw(NETWORK)}
    HAVING count(DISTINCT device_id) >= ${raw(String(MIN_DEVICES))})))`

/** A network that nobody named is '', which no probe holds. */
const NETWORK = `p.cell, coalesce(p.operator, ''), coalesce(p.technology, ''), coalesce(p.tool, '')`
