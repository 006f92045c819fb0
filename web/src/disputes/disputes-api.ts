/** What the server says of disputes, and the ways of asking and adding. */
import type { ClaimedState, DisputeAction, DisputeState, DisputeSubject } from '#domain'
import { useEffect, useState } from 'preact/hooks'
import { call, send } from '../api.js'

export interface Author {
  role: 'public' | 'device' | 'operator' | 'analyst' | 'planner' | 'administrator'
  operator: string | null
  name: string | null
}

export interface Dispute {
  id: string
  subject: DisputeSubject
  h3: string
  lat: number
  lng: number
  run: number | null
  rule: string | null
  operator: string | null
  technology: string | null
  /** A class, or the declared download in bit/s. */
  standing: string
  claimed: ClaimedState
  placeFr: string | null
  placeAr: string | null
  opener: Author
  siteCode: string | null
  claim: string | null
  openedAt: string
  dueBy: string
  daysLeft: number
  overdue: boolean
  state: DisputeState
  decidedAt: string | null
  decision: string | null
  mine: boolean
  simulated: boolean
}

export interface DisputeDetail extends Dispute {
  probeIds: string[] | null
  reference: string | null
  events: {
    number: number
    at: string
    action: DisputeAction | 'open'
    state: DisputeState
    author: Author
    comment: string | null
  }[]
  documents: { number: number; event: number; name: string; bytes: number }[] | null
  actions: DisputeAction[]
}

export interface NewDocument {
  name: string
  /** Base64. */
  content: string
}

export interface Contested {
  subject: DisputeSubject
  cell: string
  run?: number
  operator?: string
  technology?: string
  claimed: ClaimedState
  claim: string
  reference?: string
  probeIds?: string[]
  documents: NewDocument[]
}

const PATH = '/api/v1/disputes'

export const disputes = {
  list: (query: URLSearchParams, signal: AbortSignal) =>
    call<{ items: Dispute[]; next: string | null }>(`${PATH}?${query.toString()}`, { signal }),
  one: (id: string, signal: AbortSignal) =>
    call<DisputeDetail>(`${PATH}/${encodeURIComponent(id)}`, { signal }),
  open: (contested: Contested) => told(send<DisputeDetail>('POST', PATH, contested)),
  add: (id: string, event: { action: DisputeAction; comment: string; documents: NewDocument[] }) =>
    told(send<DisputeDetail>('POST', `${PATH}/${id}/events`, event)),
}

const listeners = new Set<() => void>()

async function told<T>(sent: Promise<T>): Promise<T> {
  const answer = await sent
  for (const listener of listeners) listener()
  return answer
}

/** How often something was added from this page: the cell's panel and the view show the same disputes. */
export function useChanges(): number {
  const [changes, setChanges] = useState(0)
  useEffect(() => {
    const listener = () => setChanges((times) => times + 1)
    listeners.add(listener)
    return () => void listeners.delete(listener)
  }, [])
  return changes
}

/** Files of a form; a browser sends an empty one where none was chosen. */
export const documentsOf = (form: FormData): Promise<NewDocument[]> =>
  Promise.all(
    form
      .getAll('documents')
      .filter((file): file is File => file instanceof File && file.size > 0)
      .map(async (file) => ({ name: file.name, content: await base64Of(file) })),
  )

function base64Of(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => resolve(String(reader.result).replace(/^[^,]*,/, '')))
    reader.addEventListener('error', () => reject(reader.error))
    reader.readAsDataURL(file)
  })
}
