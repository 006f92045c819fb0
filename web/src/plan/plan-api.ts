/** What the server says of the plan. */
import type { PlanFields, PlanMonth, PlanState, PlanStep } from '#domain'
import { call, send } from '../api.js'
import { type Sending, sendFile } from '../send-file.js'

export interface PlanMeasured {
  state: string
  cells: number
  cellsMeasured: number
  samples: number
  passes: number
  lastMeasuredAt: number | null
  /** Bit/s at which a sample passes. */
  minDownloadBps: number
}

export interface PlanItem extends PlanFields {
  code: string
  version: number
  lat: number
  lng: number
  cells: number
  localityId: string | null
  zoneId: string | null
  comment: string
  source: string | null
  author: string
  changedAt: string
  simulated: boolean
  step: PlanStep
  state: PlanState
  since: string
  run: number | null
  evidence: PlanMeasured | null
}

export interface PlanRun {
  id: number
  rule: string
  from: string
  to: string
}

export interface PlanVersion extends PlanFields {
  version: number
  comment: string
  source: string | null
  author: string
  changedAt: string
  withdrawn: boolean
}

export interface PlanFinding {
  state: PlanState
  since: string
  run: number | null
}

export interface PlanDetail {
  code: string
  standing: PlanItem | null
  versions: PlanVersion[]
  findings: PlanFinding[]
}

export interface PlanArea {
  code: string
  nameFr: string
  nameAr: string
  bbox: [number, number, number, number]
  items: number
  due: number
  inService: number
  verified: number
  contradicted: number
  late: number
}

export interface PlanProgress {
  /** Null: the country. */
  area: { nameFr: string; nameAr: string } | null
  states: Record<PlanState, number>
  months: PlanMonth[]
  areas: PlanArea[]
  today: string
  run: PlanRun | null
}

export interface PlanRefusal {
  line: number
  code: string
  field: string
  value: string
  reason: string
}

export interface PlanImported {
  lines: number
  added: number
  changed: number
  unchanged: number
  refused: PlanRefusal[]
  refusedLines: number
  changes: {
    line: number
    code: string
    nameFr: string
    nameAr: string | null
    fields: string[]
    isNew: boolean
  }[]
}

export interface PlanFilter {
  area: string | null
  state: string | null
  operator: string | null
  technology: string | null
}

export type PlanChange = Partial<PlanFields> & { comment: string; lat?: number; lng?: number }

const ROOT = '/api/v1/plan'

export function queryOf(said: Readonly<Record<string, string | number | null>>): string {
  const given = Object.entries(said).flatMap(([name, value]) =>
    value === null ? [] : [[name, String(value)]],
  )
  return new URLSearchParams(given).toString()
}

const at = (code: string) => `${ROOT}/${encodeURIComponent(code)}`

export const planApi = {
  list: (
    filter: PlanFilter,
    page: { sort: string; cursor: string | null; limit: number },
    signal: AbortSignal,
  ) =>
    call<{ items: PlanItem[]; next: string | null; run: PlanRun | null }>(
      `${ROOT}?${queryOf({ ...filter, ...page })}`,
      { signal },
    ),
  progress: (area: string | null, signal: AbortSignal) =>
    call<PlanProgress>(`${ROOT}/burn-down?${queryOf({ area })}`, { signal }),
  one: (code: string, signal: AbortSignal) => call<PlanDetail>(at(code), { signal }),
  create: (code: string, change: PlanChange) => send<PlanDetail>('POST', ROOT, { code, ...change }),
  change: (code: string, version: number, change: PlanChange) =>
    send<PlanDetail>('PUT', at(code), { version, ...change }),
  withdraw: (code: string, version: number, comment: string) =>
    send<PlanDetail>('POST', `${at(code)}/withdraw`, { version, comment }),
  import: (sending: Omit<Sending, 'path'>, comment: string, preview: boolean) =>
    sendFile<PlanImported>({
      ...sending,
      path: `${ROOT}/import?${queryOf({ preview: String(preview), name: sending.file.name.slice(0, 200), comment })}`,
    }),
}
