/** Sends a file with an XMLHttpRequest, because `fetch` does not report how much was sent. */
import { apiErrorOf } from './api-error.js'

export interface FileUpload {
  path: string
  file: File
  /** Reports the share of the file that was sent, 0 to 1. */
  onProgress(share: number): void
  signal: AbortSignal
}

export function uploadFile<T>({ path, file, onProgress, signal }: FileUpload): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    signal.addEventListener('abort', stop, { once: true })
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    )
    request.addEventListener('load', () => {
      if (request.status < 400) resolve(JSON.parse(request.responseText) as T)
      else reject(apiErrorOf(request.status, request.statusText, jsonOf(request.responseText)))
    })
    // This event also comes if the file was changed after it was chosen; the browser does not tell the two apart.
    request.addEventListener('error', () => reject(new Error('the file could not be sent')))
    request.addEventListener('abort', () => reject(signal.reason))
    request.addEventListener('loadend', () => signal.removeEventListener('abort', stop))
    request.open('POST', path)
    request.send(file)
  })
}

/** The parsed JSON; null if the text is something else, such as a proxy's error page. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
