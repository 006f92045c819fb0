/** Requests for what is kept of persons, and for how long things are kept. */
import { GET, POST, PUT, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type Retention = Schemas['Retention']
export type ErasureResult = Schemas['ErasureResult']

export const personalApi = {
  retention: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['RetentionPage']>(GET('/api/v1/retention', { signal }))).items,
  setRetention: (subject: string, days: number) =>
    unwrapResponse<Retention>(
      PUT('/api/v1/retention/{subject}', { params: { path: { subject } }, body: { days } }),
    ),
  erase: (name: string, comment: string) =>
    unwrapResponse<ErasureResult>(
      POST('/api/v1/personal-data/{name}/erasure', { params: { path: { name } }, body: { comment } }),
    ),
}

/** Address of everything that is kept of a person, relative to the page. */
export const dataAddress = (name: string): string => `api/v1/personal-data/${encodeURIComponent(name)}`
