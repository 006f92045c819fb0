/** Requests for API keys. */
import { DELETE, GET, PATCH, POST, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type ApiKey = Schemas['ApiKeyRow']
export type NewApiKey = Schemas['NewApiKeyAnswer']
export type ApiKeyRequest = Schemas['ApiKeyBody']

export const keysApi = {
  list: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['ApiKeyRowPage']>(GET('/api/v1/keys', { signal }))).items,
  add: (body: ApiKeyRequest) => unwrapResponse<NewApiKey>(POST('/api/v1/keys', { body })),
  extend: (id: string, days: number) =>
    unwrapResponse<ApiKey>(PATCH('/api/v1/keys/{id}', { params: { path: { id } }, body: { days } })),
  revoke: (id: string) => unwrapResponse<void>(DELETE('/api/v1/keys/{id}', { params: { path: { id } } })),
}
