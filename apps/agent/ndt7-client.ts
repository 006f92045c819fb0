/** The unmodified npm client `@m-lab/ndt7` in Node: it wants the Worker and WebSocket of a browser. */
import type { Ndt7Side } from '#domain/probe'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { WebSocket } from 'ws'

const require = createRequire(import.meta.url)
const fileOf = (name: string) => require.resolve(`@m-lab/ndt7/src/${name}`)

type Listener = (event: { data: unknown }) => void

/** Its worker counts `size ?? length` of a message, which an ArrayBuffer has not. */
class BufferSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol, { perMessageDeflate: false })
    this.binaryType = 'nodebuffer'
  }
}

class InThreadWorker {
  onmessage: Listener = () => {}
  resolve!: (code: number) => void
  private readonly inside: { self: { onmessage?: Listener } }
  private ended = false

  constructor(file: string) {
    const postMessage = (data: unknown) => void (this.ended || this.onmessage({ data }))
    const self = {}
    this.inside = vm.createContext({
      self,
      postMessage,
      WebSocket: BufferSocket,
      performance,
      setTimeout,
      Uint8Array,
      console,
    }) as never
    vm.runInContext(readFileSync(file, 'utf8'), this.inside)
  }
  postMessage(data: unknown): void {
    this.inside.self.onmessage?.({ data })
  }
  terminate(): void {
    this.ended = true
  }
}

/** Both tests against a server's address (http or https, no path); `code` is the client's own exit code. */
export async function ndt7(
  server: string,
  metadata: Record<string, string> = {},
): Promise<{ code: number; errors: string[]; download: Ndt7Side | undefined; upload: Ndt7Side | undefined }> {
  const global = globalThis as unknown as { Worker: unknown }
  global.Worker = InThreadWorker
  const client = require('@m-lab/ndt7') as {
    test(config: object, callbacks: object): Promise<number>
  }
  const errors: string[] = []
  let download: Ndt7Side | undefined
  let upload: Ndt7Side | undefined
  const code = await client.test(
    {
      server: new URL(server).host,
      protocol: server.startsWith('https:') ? 'wss' : 'ws',
      userAcceptedDataPolicy: true,
      mlabDataPolicyInapplicable: true,
      downloadworkerfile: fileOf('ndt7-download-worker.js'),
      uploadworkerfile: fileOf('ndt7-upload-worker.js'),
      metadata,
    },
    {
      error: (message: string) => errors.push(String(message)),
      downloadComplete: (side: Ndt7Side) => (download = side),
      uploadComplete: (side: Ndt7Side) => (upload = side),
    },
  )
  return { code, errors, download, upload }
}
