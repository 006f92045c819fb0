/** The right that each documented route needs, by the decorators of the controllers. */
import type { Right } from '#domain/account'
import { CONTROLLERS } from '../../apps/api/app.module.js'
import { rightsByRoute } from '../../apps/api/people/route-rights.js'

/** Gives the right of a route of the OpenAPI document; null where nobody has to sign in. */
export function rightsOfRoutes(): (route: { method: string; path: string }) => Right | null {
  const rights = rightsByRoute(CONTROLLERS)
  return ({ method, path }) =>
    rights.get(`${method.toUpperCase()} ${path.replaceAll(/{(\w+)}/g, ':$1')}`)?.right ?? null
}
