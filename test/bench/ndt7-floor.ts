/** A bare sender and sink of the same WebSocket library, in a process of its own. Says its port to its parent. */
import { randomBytes } from 'node:crypto'
import { WebSocketServer } from 'ws'

const LOAD = randomBytes(2 ** 20)

const server = new WebSocketServer({
  port: 0,
  host: '127.0.0.1',
  perMessageDeflate: false,
  maxPayload: 2 ** 24,
})
server.on('connection', (ws, request) => {
  ws.on('error', () => ws.terminate())
  if (!request.url!.endsWith('download')) return void ws.on('message', () => {})
  const send = () => ws.send(LOAD, (failed) => failed || send())
  send()
  send()
})
server.once('listening', () => process.send!((server.address() as { port: number }).port))
process.once('disconnect', () => process.exit(0))
