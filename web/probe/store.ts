/** IndexedDB storage of the page: settings, and observations until the server has them. */

/** A probe in the form that POST /api/v1/probes takes. */
export interface NewProbe {
  id: string
  measuredAt: string
  outcome: 'ok' | 'no_service' | 'failed'
  [field: string]: unknown
}

export interface QueuedProbe {
  /** Position in the order of measuring. */
  seq: number
  probe: NewProbe
  /** The server's reason for refusing it; a refused observation is not sent again automatically. */
  refused?: string
}

export interface ProbePageSettings {
  token?: string
  operator?: string
  technology?: string
  lang?: string
  short?: boolean
}

let databasePromise: Promise<IDBDatabase> | undefined

function database(): Promise<IDBDatabase> {
  return (databasePromise ??= new Promise((done, failed) => {
    const request = indexedDB.open('taghtiya-probe', 1)
    request.addEventListener('upgradeneeded', () => {
      request.result
        .createObjectStore('waiting', { keyPath: 'seq', autoIncrement: true })
        .createIndex('id', 'probe.id', { unique: true })
      request.result.createObjectStore('settings')
    })
    request.addEventListener('success', () => done(request.result))
    request.addEventListener('error', () => failed(request.error))
  }))
}

/** Resolves when the change is on the disk: `strict` makes the browser flush it before it reports completion. */
async function writeStore(
  store: 'waiting' | 'settings',
  work: (objects: IDBObjectStore) => void,
): Promise<void> {
  const transaction = (await database()).transaction(store, 'readwrite', { durability: 'strict' })
  work(transaction.objectStore(store))
  return new Promise((done, failed) => {
    transaction.addEventListener('complete', () => done())
    transaction.addEventListener('abort', () => failed(transaction.error))
  })
}

async function readStore<T>(
  store: 'waiting' | 'settings',
  ask: (objects: IDBObjectStore) => IDBRequest<T>,
): Promise<T> {
  const request = ask((await database()).transaction(store).objectStore(store))
  return new Promise((done, failed) => {
    request.addEventListener('success', () => done(request.result))
    request.addEventListener('error', () => failed(request.error))
  })
}

export const enqueueProbe = (probe: NewProbe): Promise<void> => writeStore('waiting', (o) => o.add({ probe }))
export const removeQueued = (seqs: readonly number[]): Promise<void> =>
  writeStore('waiting', (o) => seqs.forEach((seq) => o.delete(seq)))
export const replaceQueued = (items: readonly QueuedProbe[]): Promise<void> =>
  writeStore('waiting', (o) => items.forEach((item) => o.put(item)))
/** All unsent observations in the order in which they were measured. */
export const loadQueue = (): Promise<QueuedProbe[]> => readStore('waiting', (o) => o.getAll())

/** Adds probes that another device exported and that are missing here. Resolves to the number of added probes. */
export async function enqueueMissing(probes: readonly NewProbe[]): Promise<number> {
  const ids = new Set((await loadQueue()).map(({ probe }) => probe.id))
  const fresh = probes.filter(({ id }) => !ids.has(id) && ids.add(id))
  await writeStore('waiting', (o) => fresh.forEach((probe) => o.add({ probe })))
  return fresh.length
}

export const loadSettings = async (): Promise<ProbePageSettings> =>
  (await readStore('settings', (o) => o.get('all'))) ?? {}
export const saveSettings = (all: ProbePageSettings): Promise<void> =>
  writeStore('settings', (o) => void o.put(all, 'all'))
