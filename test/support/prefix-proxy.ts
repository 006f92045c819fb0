/** A proxy on this machine in front of a server, which serves it beneath a path prefix as nginx or Caddy do. */
import { type IncomingMessage, type RequestOptions, createServer, request as requestOf } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface PrefixProxy {
  /** The address of the server through the proxy, with the prefix and a slash: `http://127.0.0.1:8080/coverage/`. */
  url: string
  /** Paths of requests outside the prefix, which the proxy answers with 404. */
  strays: string[]
  close(): Promise<void>
}

interface ProxyOptions {
  prefix: string
  /** The proxy either removes the prefix and names it in `X-Forwarded-Prefix`, or passes the path on as it is. */
  removesPrefix: boolean
}

export async function prefixProxy(
  target: string,
  { prefix, removesPrefix }: ProxyOptions,
): Promise<PrefixProxy> {
  const { hostname, port } = new URL(target)
  const strays: string[] = []
  const sockets = new Set<Socket>()

  /** The request to the server; null outside the prefix. */
  function forwarded({ url = '/', method, headers, socket }: IncomingMessage): RequestOptions | null {
    if (!url.startsWith(`${prefix}/`)) {
      strays.push(url)
      return null
    }
    return {
      hostname,
      port,
      method,
      path: removesPrefix ? url.slice(prefix.length) : url,
      headers: {
        ...headers,
        'x-forwarded-for': socket.remoteAddress,
        'x-forwarded-proto': 'http',
        'x-forwarded-host': headers.host,
        ...(removesPrefix && { 'x-forwarded-prefix': prefix }),
      },
    }
  }

  const proxy = createServer((incoming, outgoing) => {
    const options = forwarded(incoming)
    if (!options) return void outgoing.writeHead(404).end()
    const passed = requestOf(options, (answer) => {
      outgoing.writeHead(answer.statusCode!, answer.headers)
      answer.pipe(outgoing)
    })
    passed.on('error', () => outgoing.destroy())
    outgoing.on('close', () => passed.destroy())
    incoming.pipe(passed)
  })
  proxy.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  proxy.on('upgrade', (incoming, client: Socket, head) => {
    const options = forwarded(incoming)
    if (!options) return void client.destroy()
    client.on('error', () => client.destroy())
    requestOf(options)
      .on('upgrade', (answer, server: Socket, first) => {
        const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${value}`)
        client.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`)
        client.write(first)
        server.write(head)
        server.on('error', () => server.destroy())
        server.pipe(client).pipe(server)
      })
      .on('response', (answer) => void client.end(`HTTP/1.1 ${answer.statusCode} Refused\r\n\r\n`))
      .on('error', () => client.destroy())
      .end()
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}${prefix}/`,
    strays,
    close: () => {
      sockets.forEach((socket) => socket.destroy())
      return new Promise((done) => proxy.close(() => done()))
    },
  }
}
