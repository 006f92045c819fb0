/** A bare Fastify in a process of its own: what HTTP and JSON cost without us. Says its port to its parent. */
import Fastify from 'fastify'

const server = Fastify({ logger: false })

/** As long as the answer to one probe. */
server.post('/echo', (request) => ({
  accepted: (request.body as { id?: string }).id ? 1 : 0,
  duplicates: 0,
  rejected: [],
}))

let tile: Buffer = Buffer.alloc(0)

server.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_request, body, done) =>
  done(null, body),
)
server.put('/tile', async (request, reply) => {
  tile = request.body as Buffer
  return reply.status(204).send()
})
server.get('/tile', (_request, reply) =>
  reply
    .header('content-type', 'application/vnd.mapbox-vector-tile')
    .header('content-encoding', 'gzip')
    .header('cache-control', 'public, max-age=31536000, immutable')
    .send(tile),
)

let bytes: Buffer = Buffer.alloc(0)
server.put('/bytes', { bodyLimit: 64 * 1024 * 1024 }, async (request, reply) => {
  bytes = request.body as Buffer
  return reply.status(204).send()
})
server.get('/bytes', (_request, reply) => reply.header('content-type', 'application/json').send(bytes))

await server.listen({ port: 0, host: '127.0.0.1' })
process.send!((server.server.address() as { port: number }).port)
// The parent is gone, however it went.
process.once('disconnect', () => process.exit(0))
