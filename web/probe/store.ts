/** What the page keeps on the device: settings, and observations until the server has taken them. */

/** As POST /api/v1/probes takes it. */
export interface Probe {
  id: string
  measuredAt: string
  outcome: 'ok' | 'no_service' | 'failed'
  [field: string]: unknown
}

export interface Waiting {
  /** In the order of measuring. */
  seq: number
  probe: Probe
  /** Why the server refused it; it is not sent again by itself. */
  refused?: string
}

export interface Settings {
  token?: string
  operator?: string
  technology?: string
  lang?: string
  short?: boolean
}

let opened: Promise<IDBDatabase> | undefined

function database(): Promise<IDBDatabase> {
  return (opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open('taghtiya-probe', 1)
    asked.addEventListener('upgradeneeded', () => {
      asked.result
        .createObjectStore('waiting', { keyPath: 'seq', autoIncrement: true })
        .createIndex('id', 'probe.id', { unique: true })
      asked.result.createObjectStore('settings')
    })
    asked.addEventListener('success', () => done(asked.result))
    asked.addEventListener('error', () => failed(asked.error))
  }))
}

/** Resolves when the change is on the disk: `strict` asks the browser not to keep it in memory only. */
async function change(store: 'waiting' | 'settings', work: (objects: IDBObjectStore) => void): Promise<void> {
  const transaction = (await database()).transaction(store, 'readwrite', { durability: 'strict' })
  work(transaction.objectStore(store))
  return new Promise((done, failed) => {
    transaction.addEventListener('complete', () => done())
    transaction.addEventListener('abort', () => failed(transaction.error))
  })
}

async function read<T>(
  store: 'waiting' | 'settings',
  ask: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const asked = ask((await database()).transaction(store).objectStore(store))
  return new Promise((done, failed) => {
    asked.addEventListener('success', () => done(asked.result))
    asked.addEventListener('error', () => failed(asked.error))
  })
}

export const add = (probe: Probe): Promise<void> => change('waiting', (o) => o.add({ probe }))
export const remove = (seqs: readonly number[]): Promise<void> =>
  change('waiting', (o) => seqs.forEach((seq) => o.delete(seq)))
export const replace = (items: readonly Waiting[]): Promise<void> =>
  change('waiting', (o) => items.forEach((item) => o.put(item)))
/** In the order in which they were measured. */
export const waiting = (): Promise<Waiting[]> => read('waiting', (o) => o.getAll())

/** Takes what another device exported; those that are here already are left out. Gives how many were new. */
export async function addAll(probes: readonly Probe[]): Promise<number> {
  const known = new Set((await waiting()).map(({ probe }) => probe.id))
  const fresh = probes.filter(({ id }) => !known.has(id) && known.add(id))
  await change('waiting', (o) => fresh.forEach((probe) => o.add({ probe })))
  return fresh.length
}

export const settings = async (): Promise<Settings> => (await read('settings', (o) => o.get('all'))) ?? {}
export const keep = (all: Settings): Promise<void> => change('settings', (o) => void o.put(all, 'all'))
