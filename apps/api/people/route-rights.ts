/** The rights that each route requires, by its decorators. */
import type { Role } from '#store/people'
import { RequestMethod, SetMetadata, type Type } from '@nestjs/common'
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js'

const MIN_ROLE = 'minRole'
/** The lowest role that may use the route. `public` requires no more than an account. */
export const RequireRole = (role: Role) => SetMetadata(MIN_ROLE, role)

const DEVICE = 'device'
/** A device may use the route as well, by its token. */
export const AllowDevice = () => SetMetadata(DEVICE, 'allowed')
/** Nobody but a device may use the route, by its token. */
export const RequireDevice = () => SetMetadata(DEVICE, 'required')

const OPTIONAL_SIGN_IN = 'optionalSignIn'
/** The route is open to everybody, and gives more to signed-in accounts. */
export const OptionalSignIn = () => SetMetadata(OPTIONAL_SIGN_IN, true)

const BEFORE_PASSWORD = 'beforePassword'
/** A person may use the route before setting a password of their own. */
export const BeforePassword = () => SetMetadata(BEFORE_PASSWORD, true)

export interface RouteRights {
  /** The lowest role that an account must have; null if none is required. */
  role: Role | null
  device: 'allowed' | 'required' | null
  optionalSignIn: boolean
  beforePassword: boolean
}

export const rightsOfHandler = (handler: object): RouteRights => ({
  role: (Reflect.getMetadata(MIN_ROLE, handler) as Role | undefined) ?? null,
  device: (Reflect.getMetadata(DEVICE, handler) as RouteRights['device'] | undefined) ?? null,
  optionalSignIn: Reflect.getMetadata(OPTIONAL_SIGN_IN, handler) === true,
  beforePassword: Reflect.getMetadata(BEFORE_PASSWORD, handler) === true,
})

/** Whether the route requires a session or a token. */
export const isProtected = ({ role, device }: RouteRights): boolean => role !== null || device !== null

/** The rights of all routes, by method and path as Fastify knows them: `POST /api/v1/plan/:code/withdraw`. */
export function rightsByRoute(controllers: readonly Type[]): ReadonlyMap<string, RouteRights> {
  return new Map(
    controllers.flatMap((controller) => {
      const prefix = Reflect.getMetadata(PATH_METADATA, controller) as string
      const prototype = controller.prototype as Record<string, object>
      return Object.getOwnPropertyNames(prototype).flatMap((name) => {
        const handler = prototype[name]!
        const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined
        if (method === undefined) return []
        const path = [prefix, Reflect.getMetadata(PATH_METADATA, handler) as string].flatMap(segmentsOf)
        return [[`${RequestMethod[method]} /${path.join('/')}`, rightsOfHandler(handler)] as const]
      })
    }),
  )
}

const segmentsOf = (path: string): string[] => path.split('/').filter(Boolean)
