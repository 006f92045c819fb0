import { FINISHED_STATES } from '#domain/dispute'
import { raw } from '../database/sql.js'

/** Whether a row `d` of `dispute` is not decided and not withdrawn. */
export const UNFINISHED_DISPUTE = raw(`d.state <> ALL('{${FINISHED_STATES.join(',')}}'::text[])`)
