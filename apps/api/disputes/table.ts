/** The list of disputes as a file, with the fields that its reader may see. Each line names its run and rule. */
import type { SpreadsheetTable } from '#formats/export'
import type { SeenDispute } from './visible-dispute.js'

const COLUMNS: Readonly<Record<string, (dispute: SeenDispute) => string | number | null>> = {
  id: ({ id }) => id,
  state: ({ state }) => state,
  subject: ({ subject }) => subject,
  h3: ({ h3 }) => h3,
  region_code: ({ regionCode }) => regionCode,
  province_code: ({ provinceCode }) => provinceCode,
  commune_code: ({ communeCode }) => communeCode,
  place_fr: ({ placeFr }) => placeFr,
  place_ar: ({ placeAr }) => placeAr,
  run: ({ run }) => run,
  rule: ({ rule }) => rule,
  operator: ({ operator }) => operator,
  technology: ({ technology }) => technology,
  standing: ({ standing }) => standing,
  claimed: ({ claimed }) => claimed,
  claim: ({ claim }) => claim,
  opener_role: ({ opener }) => opener.role,
  opener_operator: ({ opener }) => opener.operator,
  opened_at: ({ openedAt }) => openedAt.toISOString(),
  due_by: ({ dueBy }) => dueBy.toISOString(),
  overdue: ({ overdue }) => String(overdue),
  decided_at: ({ decidedAt }) => decidedAt?.toISOString() ?? null,
  decision: ({ decision }) => decision,
  simulated: ({ simulated }) => String(simulated),
}

export const disputesTable = (disputes: readonly SeenDispute[]): SpreadsheetTable => ({
  columns: Object.keys(COLUMNS),
  rows: disputes.map((dispute) => Object.values(COLUMNS).map((value) => value(dispute))),
})
