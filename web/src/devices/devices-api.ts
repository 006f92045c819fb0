/** Requests about the devices that measure at sites. */
import { DELETE, GET, PATCH, POST, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type Device = Schemas['DeviceRow']
/** A token that is shown once. */
export type DeviceToken = Schemas['DeviceToken']

/** A page that a person reads; the search finds the others. */
const MAX_DEVICES = 100

const byId = (id: string) => ({ path: { id } })

export const devicesApi = {
  list: async (text: string, signal: AbortSignal): Promise<Device[]> => {
    const params = { query: { limit: MAX_DEVICES, ...(text !== '' && { q: text }) } }
    return (await unwrapResponse<Schemas['DeviceRowPage']>(GET('/api/v1/devices', { params, signal }))).items
  },
  add: (site: string) =>
    unwrapResponse<DeviceToken>(POST('/api/v1/sites/{code}/devices', { params: { path: { code: site } } })),
  rename: (id: string, name: string | null) =>
    unwrapResponse<Device>(PATCH('/api/v1/devices/{id}', { params: byId(id), body: { name } })),
  rotate: (id: string) =>
    unwrapResponse<DeviceToken>(POST('/api/v1/devices/{id}/token', { params: byId(id) })),
  replace: (id: string) =>
    unwrapResponse<DeviceToken>(POST('/api/v1/devices/{id}/replacement', { params: byId(id) })),
  revoke: (id: string) => unwrapResponse<void>(DELETE('/api/v1/devices/{id}', { params: byId(id) })),
}
