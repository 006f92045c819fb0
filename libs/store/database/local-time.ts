import { TIME_ZONE } from '#domain/units'

/** The country's time zone as an SQL literal, for `AT TIME ZONE` and `date_trunc`. */
export const TIME_ZONE_SQL = `'${TIME_ZONE}'`
