/** Starts and ends the bare server. */
import { fork } from 'node:child_process'
import { once } from 'node:events'

const BARE = { program: './floor-server.js', env: {} }

export async function withFloorServer<T>(
  work: (url: string) => Promise<T>,
  { program, env }: { program: string; env: Record<string, string> } = BARE,
): Promise<T> {
  const child = fork(new URL(program, import.meta.url), { env: { ...process.env, ...env } })
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
