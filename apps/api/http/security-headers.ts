import type { FastifyInstance } from 'fastify'
import helmet from 'helmet'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Settings } from '../settings.js'

/** Features of browsers that the page does not need. It needs the position of a measurement, and passkeys. */
const UNUSED_FEATURES = [
  'accelerometer',
  'camera',
  'display-capture',
  'gyroscope',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]
const PERMISSIONS_POLICY = ['geolocation=(self)', ...UNUSED_FEATURES.map((feature) => `${feature}=()`)].join(
  ', ',
)

/** An answer to a request that changes something must not come from a cache. */
export function addSecurityHeaders(server: FastifyInstance, settings: Settings): void {
  const headers = { ...helmetHeaders(settings), 'permissions-policy': PERMISSIONS_POLICY }
  server.addHook('onRequest', async ({ method }, reply) => {
    void reply.headers(headers)
    if (method !== 'GET' && method !== 'HEAD') void reply.header('cache-control', 'no-store')
  })
}

/** The headers of helmet. They are the same for every answer: to let it set them each time is a tenth of a small request. */
function helmetHeaders({ config }: Settings): Record<string, string> {
  const imageHosts = config.basemap ? [new URL(config.basemap.url.replace(/[{}]/g, '')).origin] : []
  const set = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'self'"],
        'img-src': ["'self'", 'data:', 'blob:', ...imageHosts],
        // Leaflet and Swagger's page set styles on elements.
        'style-src': ["'self'", "'unsafe-inline'"],
        'object-src': ["'none'"],
        'base-uri': ["'self'"],
        'frame-ancestors': ["'none'"],
        'form-action': ["'self'"],
      },
    },
  })
  const headers: Record<string, string> = {}
  const answer = {
    setHeader: (name: string, value: string) => (headers[name.toLowerCase()] = value),
    removeHeader: () => {},
  }
  set({} as IncomingMessage, answer as unknown as ServerResponse, (error) => {
    if (error) throw error as Error
  })
  return headers
}
