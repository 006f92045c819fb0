/** Requests that list, open and extend disputes. */
import { useEffect, useState } from 'preact/hooks'
import { GET, POST, unwrapResponse } from '../api/client.js'
import type { QueryParams, Schemas } from '../api/schemas.js'

export type Dispute = Schemas['SeenDispute']
export type DisputeDetail = Schemas['SeenDisputeDetail']
export type Author = Dispute['opener']
export type DisputeRequest = Schemas['DisputeBody']
export type NewDocument = NonNullable<DisputeRequest['documents']>[number]

export const disputesApi = {
  list: (query: QueryParams<'/api/v1/disputes'>, signal: AbortSignal) =>
    unwrapResponse<Schemas['SeenDisputePage']>(GET('/api/v1/disputes', { params: { query }, signal })),
  one: (id: string, signal: AbortSignal) =>
    unwrapResponse<DisputeDetail>(GET('/api/v1/disputes/{id}', { params: { path: { id } }, signal })),
  open: (body: DisputeRequest) =>
    notifyAfter(unwrapResponse<DisputeDetail>(POST('/api/v1/disputes', { body }))),
  add: (id: string, body: Schemas['DisputeEventBody']) =>
    notifyAfter(
      unwrapResponse<DisputeDetail>(POST('/api/v1/disputes/{id}/events', { params: { path: { id } }, body })),
    ),
}

const listeners = new Set<() => void>()

async function notifyAfter<T>(sent: Promise<T>): Promise<T> {
  const answer = await sent
  for (const listener of listeners) listener()
  return answer
}

/** Number of additions made on this page. The cell's panel and the view reload their disputes when it changes. */
export function useDisputeChanges(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const listener = () => setChanges((times) => times + 1)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return changes
}

/** The files as the server takes them inside its JSON. */
export const documentsOf = (files: readonly File[]): Promise<NewDocument[]> =>
  Promise.all(files.map(async (file) => ({ name: file.name, content: await base64Of(file) })))

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(file)
  })
}
