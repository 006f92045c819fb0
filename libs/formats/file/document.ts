/** Small documents that people attach as evidence: what they are is told by their bytes, never by what their sender says. */

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

/** Null: none that is taken. */
export function documentTypeOf(bytes: Uint8Array): DocumentType | null {
  const signed = SIGNATURES.find(([, signature]) => signature.every((byte, i) => bytes[i] === byte))
  return signed ? signed[0] : isCsv(bytes) ? 'text/csv' : null
}

// oxlint-disable-next-line no-control-regex
const CONTROL_CHARACTERS = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/

/** A table has no signature: text in UTF-8 without control characters, with a separator in its first line, and no markup. */
function isCsv(bytes: Uint8Array): boolean {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    const first = text.trimStart().split(/\r?\n/, 1)[0]!
    return !CONTROL_CHARACTERS.test(text) && /[,;\t]/.test(first) && !/^[<%#]/.test(first)
  } catch {
    return false
  }
}

/** Whether a file's name ends as its type's do. */
export const hasExtensionOf = (name: string, type: DocumentType): boolean =>
  (DOCUMENT_TYPES[type] as readonly string[]).includes(/\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? '')
