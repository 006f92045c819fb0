/** Requests for webhooks. */
import { DELETE, GET, PATCH, POST, unwrapResponse } from '../api/client.js'
import type { Schemas } from '../api/schemas.js'

export type Subscription = Schemas['SubscriptionRow']
export type NewSubscription = Schemas['NewSubscriptionAnswer']
export type NewSecret = Schemas['NewSecretAnswer']
export type Delivery = Schemas['DeliveryRow']
export type SubscriptionRequest = Schemas['SubscriptionBody']
export type EventKind = Subscription['kinds'][number]

/** People look at the last deliveries only; the older ones are for programs. */
const MAX_DELIVERIES = 10

export const subscriptionsApi = {
  list: async (signal: AbortSignal) =>
    (await unwrapResponse<Schemas['SubscriptionRowPage']>(GET('/api/v1/subscriptions', { signal }))).items,
  add: (body: SubscriptionRequest) =>
    unwrapResponse<NewSubscription>(POST('/api/v1/subscriptions', { body })),
  pause: (id: string, paused: boolean) =>
    unwrapResponse<Subscription>(
      PATCH('/api/v1/subscriptions/{id}', { params: { path: { id } }, body: { paused } }),
    ),
  renewSecret: (id: string) =>
    unwrapResponse<NewSecret>(POST('/api/v1/subscriptions/{id}/secret', { params: { path: { id } } })),
  remove: (id: string) =>
    unwrapResponse<void>(DELETE('/api/v1/subscriptions/{id}', { params: { path: { id } } })),
  /** Deliveries of a subscription, newest first. */
  deliveries: async (id: string, signal: AbortSignal) => {
    const params = { path: { id }, query: { limit: MAX_DELIVERIES } }
    return (
      await unwrapResponse<Schemas['DeliveryRowPage']>(
        GET('/api/v1/subscriptions/{id}/deliveries', { params, signal }),
      )
    ).items
  },
}
