/**
 * The unmodified npm client `@m-lab/ndt7` in Node. It needs a browser's Worker and WebSocket, which are provided here: a Worker
 * that runs its script in a context of this thread, and the WebSocket of `ws`.
 */
import type { Ndt7Side } from '#domain/probe'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import { WebSocket } from 'ws'

const require = createRequire(import.meta.url)
const fileOf = (name: string) => require.resolve(`@m-lab/ndt7/src/${name}`)

type Listener = (event: { data: unknown }) => void

/** The client's worker reads `size ?? length` of a message, which a Buffer has and an ArrayBuffer does not. */
class BufferSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol, { perMessageDeflate: false })
    this.binaryType = 'nodebuffer'
  }
}

class InThreadWorker {
  onmessage: Listener = () => {}
  resolve!: (code: number) => void
  private readonly context: { self: { onmessage?: Listener } }
  private ended = false

  constructor(file: string) {
    const postMessage = (data: unknown) => void (this.ended || this.onmessage({ data }))
    const self = {}
    this.context = vm.createContext({
      self,
      postMessage,
      WebSocket: BufferSocket,
      performance,
      setTimeout,
      Uint8Array,
      console,
    }) as never
    vm.runInContext(readFileSync(file, 'utf8'), this.context)
  }
  postMessage(data: unknown): void {
    this.context.self.onmessage?.({ data })
  }
  terminate(): void {
    this.ended = true
  }
}

/** Runs download and upload against a server (http or https URL, perhaps with a path prefix). `code` is 0 where both succeeded. */
export async function ndt7(
  server: string,
  metadata: Record<string, string> = {},
  onDownload: { start?: () => void; end?: () => void } = {},
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
      server: server.replace(/^https?:\/\//, '').replace(/\/$/, ''),
      protocol: server.startsWith('https:') ? 'wss' : 'ws',
      userAcceptedDataPolicy: true,
      mlabDataPolicyInapplicable: true,
      downloadworkerfile: fileOf('ndt7-download-worker.js'),
      uploadworkerfile: fileOf('ndt7-upload-worker.js'),
      metadata,
    },
    {
      error: (message: string) => errors.push(String(message)),
      downloadStart: () => onDownload.start?.(),
      downloadComplete: (side: Ndt7Side) => {
        onDownload.end?.()
        download = side
      },
      uploadComplete: (side: Ndt7Side) => (upload = side),
    },
  )
  return { code, errors, download, upload }
}
