/** A file to the server, with its progress on the way: `fetch` does not tell it. */
import { apiErrorOf } from './api-error.js'

export interface FileUpload {
  path: string
  file: File
  /** How much was sent, 0 to 1. */
  onProgress(share: number): void
  signal: AbortSignal
}

export function uploadFile<T>({ path, file, onProgress: onShare, signal }: FileUpload): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    signal.addEventListener('abort', stop, { once: true })
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onShare(total > 0 ? loaded / total : 0),
    )
    request.addEventListener('load', () => {
      if (request.status < 400) resolve(JSON.parse(request.responseText) as T)
      else reject(apiErrorOf(request.status, request.statusText, jsonOf(request.responseText)))
    })
    // Also a file that was changed after it was chosen: the browser does not say which.
    request.addEventListener('error', () => reject(new Error('the file could not be sent')))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', stop))
    request.open('POST', path)
    request.send(file)
  })
}

/** Null: a proxy's error page is none. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
