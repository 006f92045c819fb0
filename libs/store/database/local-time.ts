/** Local time of the country in SQL. The database converts, so that clock changes are defined in one place only. */
import { TIME_ZONE } from '#domain/units'
import { type Sql, raw, sql } from './sql.js'

/** The country's time zone as an SQL literal, for `AT TIME ZONE` and `date_trunc`. */
export const TIME_ZONE_SQL = `'${TIME_ZONE}'`

const ZONE = raw(TIME_ZONE_SQL)

/** The local day (date) on which a moment (timestamptz) falls. */
export const localDay = (moment: Sql): Sql => sql`(${moment} AT TIME ZONE ${ZONE})::date`

/** The moment (timestamptz) at which a local day (date) begins. */
export const startOfLocalDay = (day: Sql): Sql => sql`(${day})::timestamp AT TIME ZONE ${ZONE}`

/**
 * The time that a text names: RFC 3339, or a day (YYYY-MM-DD), which stands for its local midnight plus `dayOffset`
 * days.
 */
export const momentOrDay = (text: Sql, dayOffset: 0 | 1 = 0): Sql =>
  sql`CASE WHEN length(${text}) > 10 THEN ${text}::timestamptz ELSE ${startOfLocalDay(
    dayOffset === 0 ? sql`${text}::date` : sql`${text}::date + 1`,
  )} END`
