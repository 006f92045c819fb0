/** What the server answers, and the one way of asking it. */
import type { AreaLevel, Class, ClassCounts, Missing, NetworkState, Rule, Words } from '#domain'
import { Refused } from './refused.js'
import { type Sending, sendFile } from './send-file.js'

export interface Instance {
  simulated: boolean
  version: string
  country: { bounds: [number, number, number, number] }
  defaultRule: string
  attribution: string
  basemap: { url: string; attribution: string } | null
}

export type RuleInWords = Rule & { sentence: Words }

export interface Counts extends ClassCounts {
  notMeasured: number
}

export interface Run {
  id: number
  rule: string
  ruleVersion: number
  from: string
  to: string
  createdAt: string
  counts: Counts
}

export interface Area {
  code: string
  level: AreaLevel
  type: string | null
  nameFr: string
  nameAr: string
  population: number | null
  bbox: [number, number, number, number]
}

export interface AreaDetail extends Area {
  counts: Counts | null
  class: Class
  parents: Area[]
  source: string
}

/** The columns of the numbers beside the map. */
export interface AreaFigures extends Pick<
  Area,
  'code' | 'level' | 'nameFr' | 'nameAr' | 'population' | 'bbox'
> {
  simulated: boolean
  cells: Counts | null
  /** White cells in the run before. */
  whiteBefore: number | null
  localities: ClassCounts
  people: ClassCounts
  sites: ClassCounts
  rank: number | null
}

export interface Network {
  operator: string | null
  technology: string | null
  state: NetworkState
  samples: number
  passes: number
  /** Null where nobody measured. */
  share: number | null
  lower: number
  upper: number
  devices: number
  days: number
  hours: number
  lastMeasuredAt: string | null
  /** Tenth, middle and nine tenths. */
  quantiles: Record<'downloadBps' | 'uploadBps' | 'latencyMs', [number, number, number] | null>
}

/** The parameters of a reason are those of its sentence. */
export interface Reason {
  code:
    | 'no_evidence'
    | 'networks_present'
    | 'only_one_operator'
    | 'no_network_passes'
    | 'class_too_uncertain'
    | 'network_declared'
    | 'network_planned'
    | 'network_refuted'
    | 'network_absent'
    | 'network_undecided'
  operator?: string | null
  technology?: string | null
  operators?: (string | null)[]
  missing?: Missing[]
  passes?: number
  samples?: number
  noService?: number
  blackFrom?: number
  declaredBps?: number
  plannedBy?: string
}

export interface Cell {
  h3: string
  /** Its middle. */
  lat: number
  lng: number
  verdict: Class
  /** Of a parent cell: what lies beneath. */
  counts?: ClassCounts
  confidence?: number
  reasons?: Reason[]
  evidence?: Network[]
  areas?: { code: string; level: AreaLevel; nameFr: string; nameAr: string }[]
  sites?: { code: string; name: string; nameAr: string | null }[]
  history?: { run: number; from: string; to: string; verdict: Class; confidence: number }[]
}

/** Of one hour of the day, or one day of the week from Monday (1). */
export interface ProfileRow {
  at: number
  probes: number
  noService: number
  downloadBps: [number, number, number] | null
}

export interface Account {
  name: string
  role: string
  mustChangePassword: boolean
}

/** Totals if a threshold were another, and the steps between which they are bounds. */
export interface WhatIf {
  threshold: number
  steps: { lax: number; strict: number }
  counts: ClassCounts
  uncertain: number
}

/** What the server would make of a file; rows carry the columns' names. */
export interface ImportPreview {
  format: string | null
  unit: string | null
  records: number
  accepted: number
  reasons: { reason: string; count: number }[]
  sample: {
    id: string
    measured_at: string
    lat: number
    lng: number
    operator: string | null
    technology: string | null
    download_bps: number | null
    upload_bps: number | null
    latency_ms: number | null
  }[]
}

export interface ImportResult {
  accepted: number
  duplicates: number
  rejected: object[]
  rejectedMore?: number
}

interface Importing extends Omit<Sending, 'path'> {
  /** Parameters of the import; empty ones are not said. */
  said: Readonly<Record<string, string>>
}

export async function call<T>(path: string, init?: RequestInit): Promise<T> {
  const answer = await fetch(path, init)
  if (answer.status === 204) return null as T
  if (!answer.ok) throw new Refused(answer.status, await detailOf(answer))
  return (await answer.json()) as T
}

/** A proxy's error page is no problem+json. */
async function detailOf(answer: Response): Promise<string> {
  const problem = (await answer.json().catch(() => null)) as { detail?: string } | null
  return problem?.detail ?? answer.statusText
}

export const send = <T>(method: string, path: string, body?: object) =>
  call<T>(path, {
    method,
    ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })

interface List<T> {
  items: T[]
}

const query = encodeURIComponent

function importPath(said: Readonly<Record<string, string>>, preview: boolean): string {
  // The browser's field gives the time of this device without its offset.
  const moment = (name: string, value: string) =>
    name === 'measuredAt' ? new Date(value).toISOString() : value
  const given = Object.entries(said)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => [name, moment(name, value)])
  return `/api/v1/probes/import?${new URLSearchParams({ ...Object.fromEntries(given), preview: String(preview) }).toString()}`
}

export const api = {
  instance: (signal: AbortSignal) => call<Instance>('/api/v1/instance', { signal }),
  rules: async (signal: AbortSignal) => (await call<List<RuleInWords>>('/api/v1/rules', { signal })).items,
  /** The newest first. */
  runs: async (rule: string, signal: AbortSignal) =>
    (await call<List<Run>>(`/api/v1/runs?rule=${query(rule)}&limit=100`, { signal })).items,
  /** Of all rules, the newest first. */
  allRuns: async (signal: AbortSignal) => (await call<List<Run>>('/api/v1/runs?limit=100', { signal })).items,
  networks: async (run: number, signal: AbortSignal) =>
    (await call<List<Pick<Network, 'operator' | 'technology'>>>(`/api/v1/runs/${run}/networks`, { signal }))
      .items,
  /** Cells that got better, worse or otherwise known since another run. */
  difference: async (run: number, from: number, signal: AbortSignal) => {
    const { better, worse, other } = await call<Record<'better' | 'worse' | 'other', number>>(
      `/api/v1/runs/${run}/difference?with=${from}`,
      { signal },
    )
    return { better, worse, other }
  },
  /** Cells by the kind of their contradiction. */
  contradictions: async (run: number, signal: AbortSignal) => {
    const { items } = await call<List<Record<'declaredRefuted' | 'presentUndeclared' | 'latePlan', number>>>(
      `/api/v1/contradictions/counts?run=${run}&by=region`,
      { signal },
    )
    const sum = (name: keyof (typeof items)[number]) => items.reduce((all, row) => all + row[name], 0)
    return {
      declared_refuted: sum('declaredRefuted'),
      present_undeclared: sum('presentUndeclared'),
      late_plan: sum('latePlan'),
    }
  },
  whatIf: (run: number, threshold: number, signal: AbortSignal) =>
    call<WhatIf>(`/api/v1/runs/${run}/what-if?metric=download&threshold=${threshold}`, { signal }),
  areas: async (q: string, signal: AbortSignal) =>
    (await call<List<Area>>(`/api/v1/areas?limit=8&q=${query(q)}`, { signal })).items,
  area: (code: string, run: number, signal: AbortSignal) =>
    call<AreaDetail>(`/api/v1/areas/${query(code)}?run=${run}`, { signal }),
  /** Of the areas inside one; null: of the regions. */
  figures: (run: number, parent: string | null, signal: AbortSignal) =>
    call<List<AreaFigures> & { parent: Area | null }>(
      `/api/v1/areas/table?run=${run}${parent ? `&parent=${query(parent)}` : ''}`,
      { signal },
    ),
  cell: (h3: string, run: number, signal: AbortSignal) =>
    call<Cell>(`/api/v1/cells/${query(h3)}?run=${run}`, { signal }),
  profile: (h3: string, run: number, signal: AbortSignal) =>
    call<Record<'hours' | 'weekdays', ProfileRow[]>>(`/api/v1/cells/${query(h3)}/profile?run=${run}`, {
      signal,
    }),
  /** Null: nobody is signed in. */
  who: (signal: AbortSignal) =>
    call<Account | null>('/api/v1/session', { signal }).catch((error: unknown) => {
      if (error instanceof Refused && error.status === 401) return null
      throw error
    }),
  signIn: (name: string, password: string) => send<Account>('POST', '/api/v1/session', { name, password }),
  signOut: () => send<void>('DELETE', '/api/v1/session'),
  setPassword: (current: string, next: string) =>
    send<void>('POST', '/api/v1/session/password', { current, next }),
  /** Writes nothing. */
  previewImport: ({ said, ...sending }: Importing) =>
    sendFile<ImportPreview>({ ...sending, path: importPath(said, true) }),
  importResults: ({ said, ...sending }: Importing) =>
    sendFile<ImportResult>({ ...sending, path: importPath(said, false) }),
}
