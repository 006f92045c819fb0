/** What the server says of webhooks. */
import { DELETE, GET, PATCH, POST, type Schemas, answerTo } from '../api.js'

export type Subscription = Schemas['SubscriptionRow']
export type NewSubscription = Schemas['NewSubscriptionAnswer']
export type Delivery = Schemas['DeliveryRow']
export type Wanted = Schemas['SubscriptionBody']
export type EventKind = Subscription['kinds'][number]

/** The last ones are looked at; the others are for programs. */
const SHOWN_DELIVERIES = 10

export const subscriptions = {
  list: async (signal: AbortSignal) =>
    (await answerTo<Schemas['SubscriptionRowPage']>(GET('/api/v1/subscriptions', { signal }))).items,
  add: (body: Wanted) => answerTo<NewSubscription>(POST('/api/v1/subscriptions', { body })),
  pause: (id: string, paused: boolean) =>
    answerTo<Subscription>(
      PATCH('/api/v1/subscriptions/{id}', { params: { path: { id } }, body: { paused } }),
    ),
  remove: (id: string) => answerTo<void>(DELETE('/api/v1/subscriptions/{id}', { params: { path: { id } } })),
  /** The newest first. */
  deliveries: async (id: string, signal: AbortSignal) => {
    const params = { path: { id }, query: { limit: SHOWN_DELIVERIES } }
    return (
      await answerTo<Schemas['DeliveryRowPage']>(
        GET('/api/v1/subscriptions/{id}/deliveries', { params, signal }),
      )
    ).items
  },
}
