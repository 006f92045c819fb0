/** A line to a server that can fail as a line does: it refuses, or it stands still and says nothing. */
import { type Server, type Socket, connect, createServer } from 'node:net'

export type LineState = 'open' | 'refusing' | 'hanging'

export interface TcpProxy {
  port: number
  /** `refusing` ends the connections too; `hanging` keeps them, and takes new ones that nobody answers. */
  become(state: LineState): Promise<void>
  close(): Promise<void>
}

export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>()
  let state: LineState = 'open'
  const track = (socket: Socket) => {
    sockets.add(socket)
    // Whatever happens to one side happens to the other below.
    socket.on('error', () => socket.destroy()).once('close', () => sockets.delete(socket))
    if (state === 'hanging') socket.pause()
  }
  const server = createServer((client) => {
    track(client)
    const upstream = connect(target.port, target.host)
    track(upstream)
    const join = (from: Socket, to: Socket) => {
      from.on('data', (chunk) => to.write(chunk)).once('close', () => to.destroy())
      if (state === 'hanging') from.pause()
    }
    join(client, upstream)
    join(upstream, client)
  })
  const port = await listen(server, 0)
  const become = async (next: LineState) => {
    if (next !== 'refusing' && state === 'refusing') await listen(server, port)
    state = next
    if (next === 'refusing') await end(server, sockets)
    for (const socket of sockets) {
      if (next === 'hanging') socket.pause()
      else socket.resume()
    }
  }
  return { port, become, close: () => end(server, sockets) }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
}

function end(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    for (const socket of sockets) socket.destroy()
  })
}
