/** Messages of the PostgreSQL wire protocol 3.0, as bytes. */

/** Codes of the requests that a client may send in place of a startup message. */
export const SSL_REQUEST = 80_877_103
export const GSS_REQUEST = 80_877_104
export const CANCEL_REQUEST = 80_877_102

export const typeOf = (frame: Buffer): string => String.fromCharCode(frame[0]!)

/** A message: its type, its length (which counts itself), its body. */
export function frame(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(5)
  head.write(type)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** The complete messages at the start of the bytes, and the rest after them. */
export function splitFrames(bytes: Buffer): { frames: Buffer[]; rest: Buffer } {
  const frames: Buffer[] = []
  let at = 0
  while (at + 5 <= bytes.length) {
    const end = at + bytes.readInt32BE(at + 1) + 1
    if (end > bytes.length) break
    frames.push(bytes.subarray(at, end))
    at = end
  }
  return { frames, rest: bytes.subarray(at) }
}

export type Status = 'I' | 'T' | 'E'

export const readyForQuery = (status: Status): Buffer => frame('Z', Buffer.from(status))

export const authenticationOk = (): Buffer => frame('R', Buffer.from([0, 0, 0, 0]))
export const passwordRequest = (): Buffer => frame('R', Buffer.from([0, 0, 0, 3]))
export const backendKey = (): Buffer => frame('K', Buffer.alloc(8))
export const parameterStatus = (name: string, value: string): Buffer =>
  frame('S', Buffer.from(`${name}\0${value}\0`))

export const errorResponse = (code: string, message: string, severity = 'ERROR'): Buffer =>
  frame('E', Buffer.from(`S${severity}\0V${severity}\0C${code}\0M${message}\0\0`))

export const queryMessage = (sql: string): Buffer => frame('Q', Buffer.from(`${sql}\0`))

/** Asks for COPY data as text; it names no columns, because `pg` does not read them. */
export const copyInResponse = (): Buffer => frame('G', Buffer.from([0, 0, 0]))

/** The SQL of a Query or Parse message. */
export function sqlOf(message: Buffer): string {
  if (typeOf(message) === 'Q') return message.subarray(5, -1).toString()
  const name = message.indexOf(0, 5)
  return message.subarray(name + 1, message.indexOf(0, name + 1)).toString()
}

/** First column of the first row in a response, as text; null if there is none. */
export function firstValue(response: Buffer): string | null {
  const row = splitFrames(response).frames.find((f) => typeOf(f) === 'D')
  if (!row) return null
  const length = row.readInt32BE(7)
  return length < 0 ? null : row.subarray(11, 11 + length).toString()
}

/** Offset of the name of a prepared statement in a message; null if it names none. */
function statementNameAt(message: Buffer): number | null {
  const type = typeOf(message)
  if (type === 'P') return 5
  if (type === 'B') return message.indexOf(0, 5) + 1
  if (type === 'D' || type === 'C') return message[5] === 0x53 ? 6 : null
  return null
}

/** Puts a prefix before the name of a named statement, so that connections which share a session do not clash. */
export function withPrefix(message: Buffer, prefix: string): { message: Buffer; name: string | null } {
  const at = statementNameAt(message)
  if (at === null || message[at] === 0) return { message, name: null }
  const name = prefix + message.subarray(at, message.indexOf(0, at)).toString()
  const body = Buffer.concat([message.subarray(5, at), Buffer.from(prefix), message.subarray(at)])
  return { message: frame(typeOf(message), body), name }
}

export const closeStatement = (name: string): Buffer => frame('C', Buffer.from(`S${name}\0`))
export const syncMessage = (): Buffer => frame('S')
