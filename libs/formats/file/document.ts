/** Small documents that people attach as evidence. Their type is taken from their bytes, never from what the sender claims. */
import { CONTROL_CHARACTERS } from './control-characters.js'

export const DOCUMENT_TYPES = {
  'application/pdf': ['pdf'],
  'image/png': ['png'],
  'image/jpeg': ['jpg', 'jpeg'],
  'text/csv': ['csv'],
} as const
export type DocumentType = keyof typeof DOCUMENT_TYPES

const SIGNATURES: readonly [DocumentType, readonly number[]][] = [
  ['application/pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['image/png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['image/jpeg', [0xff, 0xd8, 0xff]],
]

/** The type of a document by its signature; null when it is none of those that are accepted. */
export function documentTypeOf(bytes: Uint8Array): DocumentType | null {
  const match = SIGNATURES.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte))
  return match ? match[0] : isCsv(bytes) ? 'text/csv' : null
}

/** CSV has no signature: it is UTF-8 text without control characters or markup, with a separator in its first line. */
function isCsv(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const firstLine = text.trimStart().split(/\r?\n/, 1)[0]!
    return !CONTROL_CHARACTERS.test(text) && /[,;\t]/.test(firstLine) && !/^[<%#]/.test(firstLine)
  } catch {
    return false
  }
}

/** Whether the name of a file ends with an extension of its type. */
export const hasExtensionOf = (name: string, type: DocumentType): boolean =>
  (DOCUMENT_TYPES[type] as readonly string[]).includes(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '')
