/** Starts and ends the bare server. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

export async function withFloorServer<T>(
  work: (url: string) => Promise<T>,
  child = fork(new URL('./floor-server.js', import.meta.url)),
): Promise<T> {
  const ended = once(child, 'exit')
  const [port] = (await Promise.race([
    once(child, 'message'),
    ended.then(([code]) => Promise.reject(new Error(`the floor's server ended with ${code}`))),
  ])) as [number]
  try {
    return await work(`http://127.0.0.1:${port}`)
  } finally {
    child.disconnect()
    await ended
  }
}
