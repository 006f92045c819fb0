import type { FastifyInstance } from 'fastify'

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

/** Headers that helmet does not set. An answer to a request that changes something must not come from a cache. */
export function addSecurityHeaders(server: FastifyInstance): void {
  server.addHook('onRequest', async ({ method }, reply) => {
    void reply.header('permissions-policy', PERMISSIONS_POLICY)
    if (method !== 'GET' && method !== 'HEAD') void reply.header('cache-control', 'no-store')
  })
}
