/** State of the device's storage for the page: settings, unsent observations and their delivery. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Delivery, type DeliveryState, startDelivery } from './delivery.js'
import { type Lang, MESSAGES } from './locales.js'
import type { Position } from './position.js'
import {
  type NewProbe,
  type ProbePageSettings,
  type QueuedProbe,
  enqueueProbe,
  loadQueue,
  loadSettings,
  saveSettings,
} from './store.js'

/** The fields of one observation; time, position and line are added when it is recorded. */
export type Observation = Partial<NewProbe> & Pick<NewProbe, 'outcome'>

export interface ProbeStore {
  /** The device's settings; null until they are loaded. */
  settings: ProbePageSettings | null
  /** Unsent observations, in the order of measuring. */
  queue: readonly QueuedProbe[]
  deliveryState: DeliveryState
  changeSettings(change: Partial<ProbePageSettings>): void
  /** Saves the device's token and sends the queue with it. */
  setToken(token: string): void
  /** Stores an observation on the device and sends it. */
  record(observation: Observation, position: Position | null): Promise<void>
  deliver(): void
  reloadQueue(): void
}

export function useProbeStore(): ProbeStore {
  const [settings, setSettings] = useState<ProbePageSettings | null>(null)
  const [queue, setQueue] = useState<QueuedProbe[]>([])
  const [deliveryState, setDeliveryState] = useState<DeliveryState>('delivered')
  const delivery = useRef<Delivery | null>(null)
  const reloadQueue = async () => setQueue(await loadQueue())
  const deliver = () => void delivery.current?.now()
  useEffect(() => {
    void (async () => {
      setSettings(await withTokenOfUrl(await loadSettings()))
      await reloadQueue()
      delivery.current = startDelivery((state) => {
        setDeliveryState(state)
        void reloadQueue()
      })
    })()
  }, [])
  const changeSettings = (change: Partial<ProbePageSettings>) => {
    const next = { ...settings, ...change }
    setSettings(next)
    return saveSettings(next)
  }
  const record = async (observation: Observation, position: Position | null) => {
    await enqueueProbe(probeOf(observation, position, settings ?? {}))
    await reloadQueue()
    deliver()
  }
  return {
    settings,
    queue,
    deliveryState,
    record,
    deliver,
    changeSettings: (change) => void changeSettings(change),
    setToken: (token) => void changeSettings({ token }).then(deliver),
    reloadQueue: () => void reloadQueue(),
  }
}

function probeOf(
  observation: Observation,
  position: Position | null,
  { operator, technology }: ProbePageSettings,
): NewProbe {
  return {
    id: crypto.randomUUID(),
    measuredAt: new Date().toISOString(),
    // The server takes the site's position if there is none here.
    ...position,
    operator: operator || null,
    technology: technology || null,
    tool: 'taghtiya-probe',
    ...observation,
  }
}

/**
 * Takes the device's token from the fragment (#) of the address, which no server sees, and removes it there at once.
 */
async function withTokenOfUrl(settings: ProbePageSettings): Promise<ProbePageSettings> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  if (!token) return settings
  history.replaceState(null, '', location.pathname)
  const next = { ...settings, token }
  await saveSettings(next)
  return next
}

const langOf = (name: string | null | undefined): Lang | null =>
  name != null && Object.hasOwn(MESSAGES, name) ? (name as Lang) : null

/** The language that the address names; a link in a letter to a school may do so. */
export const langInUrl = (): Lang | null => langOf(new URLSearchParams(location.search).get('lang'))

/** The device's language if the page has it, else French, the language of offices. */
export const preferredLang = (): Lang =>
  navigator.languages.map((name) => langOf(name.slice(0, 2))).find((lang) => lang !== null) ?? 'fr'
