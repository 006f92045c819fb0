/** The page's requests to the server. */
import { type PlaceRecord, areaCodeOf } from '../places/place.js'
import { ApiError } from './api-error.js'
import { DELETE, GET, POST, unwrapResponse } from './client.js'
import type {
  Account,
  AreaDetail,
  Cell,
  ImportPreview,
  ImportResult,
  Instance,
  Locality,
  PlanDetail,
  ProbePage,
  Schemas,
  SignedIn,
  Site,
  WhatIf,
  Zone,
} from './schemas.js'
import { type FileUpload, uploadFile } from './upload-file.js'

interface ImportRequest extends Omit<FileUpload, 'path'> {
  /** Parameters of the import; empty ones are not sent. */
  importParams: Readonly<Record<string, string>>
}

function importPath(importParams: ImportRequest['importParams'], preview: boolean): string {
  // The browser's date field gives this device's local time without an offset.
  const valueOf = (name: string, value: string) =>
    name === 'measuredAt' ? new Date(value).toISOString() : value
  const query = new URLSearchParams({ preview: String(preview) })
  for (const [name, value] of Object.entries(importParams))
    if (value !== '') query.set(name, valueOf(name, value))
  return `api/v1/probes/import?${query.toString()}`
}

/** Adds the smallest area around a place; null if that area no longer exists. */
async function withSurroundingArea<T extends PlaceRecord>(place: T, run: number, signal: AbortSignal) {
  const code = areaCodeOf(place)
  const area =
    code &&
    (await api.area(code, run, signal).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return null
      throw error
    }))
  return { ...place, area: area || null }
}

export const api = {
  instance: (signal: AbortSignal) => unwrapResponse<Instance>(GET('/api/v1/instance', { signal })),
  rules: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['RuleInWordsPage']>(GET('/api/v1/rules', { signal }))).items,
  /** Runs of a rule, newest first. */
  runs: async (rule: string, signal: AbortSignal) =>
    (
      await unwrapResponse<Schemas['RunRowPage']>(
        GET('/api/v1/runs', { params: { query: { rule, limit: 100 } }, signal }),
      )
    ).items,
  /** Runs of all rules, newest first. */
  allRuns: async (signal: AbortSignal) =>
    (
      await unwrapResponse<Schemas['RunRowPage']>(
        GET('/api/v1/runs', { params: { query: { limit: 100 } }, signal }),
      )
    ).items,
  networks: async (id: number, signal: AbortSignal) =>
    (
      await unwrapResponse<Schemas['NetworkList']>(
        GET('/api/v1/runs/{id}/networks', { params: { path: { id } }, signal }),
      )
    ).items,
  /** Networks that an operator declares in at least one cell. */
  declaredNetworks: async (id: number, signal: AbortSignal) =>
    (
      await unwrapResponse<Schemas['NetworkList']>(
        GET('/api/v1/runs/{id}/networks/declared', { params: { path: { id } }, signal }),
      )
    ).items,
  /** The newest current run of the rule; null if none of its last runs is current. */
  newestCurrentRun: async (rule: string, signal: AbortSignal) => {
    const { items } = await unwrapResponse<Schemas['RunRowPage']>(
      GET('/api/v1/runs', { params: { query: { rule, limit: 20 } }, signal }),
    )
    return items.find(({ current }) => current)?.id ?? null
  },
  /** Numbers of cells that got better, got worse or changed otherwise since another run. */
  difference: async (id: number, from: number, signal: AbortSignal) => {
    const params = { path: { id }, query: { with: from } }
    const { better, worse, other } = await unwrapResponse<Schemas['Difference']>(
      GET('/api/v1/runs/{id}/difference', { params, signal }),
    )
    return { better, worse, other }
  },
  /** Numbers of cells by kind of contradiction. */
  contradictions: async (run: number, signal: AbortSignal) => {
    const params = { query: { run, by: 'region' as const } }
    const { items } = await unwrapResponse<Schemas['ContradictionCounts']>(
      GET('/api/v1/contradictions/counts', { params, signal }),
    )
    const sum = (name: 'declaredRefuted' | 'presentUndeclared' | 'latePlan') =>
      items.reduce((all, row) => all + row[name], 0)
    return {
      declared_refuted: sum('declaredRefuted'),
      present_undeclared: sum('presentUndeclared'),
      late_plan: sum('latePlan'),
    }
  },
  whatIf: (id: number, threshold: number, signal: AbortSignal) => {
    const params = { path: { id }, query: { metric: 'download' as const, threshold } }
    return unwrapResponse<WhatIf>(GET('/api/v1/runs/{id}/what-if', { params, signal }))
  },
  areas: async (q: string, signal: AbortSignal) =>
    (
      await unwrapResponse<Schemas['AreaRowPage']>(
        GET('/api/v1/areas', { params: { query: { limit: 8, q } }, signal }),
      )
    ).items,
  area: (code: string, run: number, signal: AbortSignal) =>
    unwrapResponse<AreaDetail>(
      GET('/api/v1/areas/{code}', { params: { path: { code }, query: { run } }, signal }),
    ),
  /** Figures of the areas inside `parent`; of the regions if it is null. */
  figures: (run: number, parent: string | null, signal: AbortSignal) =>
    unwrapResponse<Schemas['AreaTable']>(
      GET('/api/v1/areas/table', { params: { query: { run, ...(parent && { parent }) } }, signal }),
    ),
  cell: (h3: string, run: number, signal: AbortSignal) =>
    unwrapResponse<Cell>(GET('/api/v1/cells/{h3}', { params: { path: { h3 }, query: { run } }, signal })),
  zone: async (id: string, run: number, signal: AbortSignal) => {
    const params = { path: { id }, query: { run } }
    return withSurroundingArea(
      { zone: await unwrapResponse<Zone>(GET('/api/v1/zones/{id}', { params, signal })) },
      run,
      signal,
    )
  },
  locality: async (id: string, run: number, signal: AbortSignal) => {
    const params = { path: { id }, query: { run } }
    const locality = await unwrapResponse<Locality>(GET('/api/v1/localities/{id}', { params, signal }))
    return withSurroundingArea({ locality }, run, signal)
  },
  plan: async (code: string, run: number, signal: AbortSignal) => {
    const plan = await unwrapResponse<PlanDetail>(
      GET('/api/v1/plan/{code}', { params: { path: { code } }, signal }),
    )
    return withSurroundingArea({ plan }, run, signal)
  },
  site: async (code: string, run: number, signal: AbortSignal) => {
    const params = { path: { code }, query: { run } }
    const site = await unwrapResponse<Site>(GET('/api/v1/sites/{code}/state', { params, signal }))
    return withSurroundingArea({ site }, run, signal)
  },
  cellProbes: (
    { h3, run, seesAll, cursor }: { h3: string; run: number; seesAll: boolean; cursor: string },
    signal: AbortSignal,
  ) => {
    const params = { path: { h3 }, query: { run, limit: 50, ...(cursor && { cursor }) } }
    return unwrapResponse<ProbePage>(
      seesAll
        ? GET('/api/v1/cells/{h3}/probes/all', { params, signal })
        : GET('/api/v1/cells/{h3}/probes', { params, signal }),
    )
  },
  profile: (h3: string, run: number, signal: AbortSignal) =>
    unwrapResponse<Schemas['CellProfile']>(
      GET('/api/v1/cells/{h3}/profile', { params: { path: { h3 }, query: { run } }, signal }),
    ),
  /** The account that is signed in; null if there is none. */
  currentAccount: (signal: AbortSignal): Promise<Account | null> =>
    unwrapResponse<Account | undefined>(GET('/api/v1/session', { signal })).then(
      (account) => account ?? null,
      (error: unknown) => {
        if (error instanceof ApiError && error.status === 401) return null
        throw error
      },
    ),
  signIn: (body: Schemas['SignInBody']) => unwrapResponse<SignedIn>(POST('/api/v1/session', { body })),
  /** The question that a passkey answers in signing in. */
  passkeyRequest: (body: Schemas['NameAndPasswordBody']) =>
    unwrapResponse<Schemas['PasskeyRequest']>(POST('/api/v1/session/challenge', { body })),
  signOut: () => unwrapResponse<void>(DELETE('/api/v1/session')),
  setPassword: (current: string, next: string) =>
    unwrapResponse<void>(POST('/api/v1/session/password', { body: { current, next } })),
  /** Judges a file without writing anything. */
  previewImport: ({ importParams, ...upload }: ImportRequest) =>
    uploadFile<ImportPreview>({ ...upload, path: importPath(importParams, true) }),
  importResults: ({ importParams, ...upload }: ImportRequest) =>
    uploadFile<ImportResult>({ ...upload, path: importPath(importParams, false) }),
}
