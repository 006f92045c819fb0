/** The rights that each route requires, by its decorators. */
import type { Right } from '#domain/account'
import { RequestMethod, SetMetadata, type Type } from '@nestjs/common'
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js'

const RIGHT = 'right'
/** The right that an account needs to use the route; the table of rights says which roles have it. */
export const RequireRight = (right: Right) => SetMetadata(RIGHT, right)

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
  /** The right that an account must have; null if none is required. */
  right: Right | null
  device: 'allowed' | 'required' | null
  optionalSignIn: boolean
  beforePassword: boolean
}

export const rightsOfHandler = (handler: object): RouteRights => ({
  right: (Reflect.getMetadata(RIGHT, handler) as Right | undefined) ?? null,
  device: (Reflect.getMetadata(DEVICE, handler) as RouteRights['device'] | undefined) ?? null,
  optionalSignIn: Reflect.getMetadata(OPTIONAL_SIGN_IN, handler) === true,
  beforePassword: Reflect.getMetadata(BEFORE_PASSWORD, handler) === true,
})

/** Whether the route requires a session or a token. */
export const isProtected = ({ right, device }: RouteRights): boolean => right !== null || device !== null

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
