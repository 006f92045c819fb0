/** Tells what a file is by its first bytes, whatever its name says. */

/** Bytes that are looked at: enough for the beginning of a web page with comments above it. */
export const HEAD_BYTES = 1024

export type FileKind = 'empty' | 'zip' | 'ole' | 'sqlite' | 'json' | 'xml' | 'html' | 'text'

/** Files that we do not read: how they begin (as Latin-1), what they are, and what to do. */
const UNREAD: readonly (readonly [begin: string, what: string])[] = [
  ['%PDF', 'a PDF document: export the table itself as CSV or XLSX'],
  ['\x89PNG', 'a picture (PNG): send the table itself as CSV or XLSX'],
  ['\xff\xd8\xff', 'a picture (JPEG): send the table itself as CSV or XLSX'],
  ['GIF8', 'a picture (GIF): send the table itself as CSV or XLSX'],
  ['II*\0', 'a picture (TIFF): send the table itself as CSV or XLSX'],
  ['Rar!', 'a RAR archive: unpack it and send the file inside'],
  ['7z\xbc\xaf', 'a 7-Zip archive: unpack it and send the file inside'],
  ['BZh', 'compressed with bzip2: unpack it, or use gzip or zip'],
  ['\xfd7zXZ', 'compressed with xz: unpack it, or use gzip or zip'],
  ['\x28\xb5\x2f\xfd', 'compressed with zstd: unpack it, or use gzip or zip'],
  ['PAR1', 'a Parquet file: export it as CSV or GeoPackage'],
  ['fgb\x03', 'a FlatGeobuf file: export it as GeoPackage or GeoJSON'],
  ['\0\0\x27\x0a', 'one part of a shapefile: zip its .shp, .dbf, .shx and .prj together and send the zip'],
  ['\xff\xfe\0\0', 'text in UTF-32: save it as “CSV UTF-8”'],
  ['\0\0\xfe\xff', 'text in UTF-32: save it as “CSV UTF-8”'],
  ['\x1f\x9d', 'compressed with compress (.Z): unpack it, or use gzip or zip'],
]

const asLatin1 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')

/** Names a file that is not read, and what to do with it, as “is …”; returns null for all others. */
export function unreadKindOf(head: Uint8Array): string | null {
  const begin = asLatin1(head.subarray(0, 16))
  return UNREAD.find(([signature]) => begin.startsWith(signature))?.[1] ?? null
}

/** The encoding of a text: UTF-8, or UTF-16 by its byte order mark or by the zeros beside its first letters. */
export function encodingOf(head: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  const [a, b, c, d] = head
  if (a === 0xff && b === 0xfe) return 'utf-16le'
  if (a === 0xfe && b === 0xff) return 'utf-16be'
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return 'utf-16le'
  return a === 0 && b !== 0 && c === 0 && d !== 0 ? 'utf-16be' : 'utf-8'
}

/** Those that are read. A text that is neither JSON nor markup is taken for a table. */
export function fileKindOf(head: Uint8Array): FileKind {
  const begin = asLatin1(head.subarray(0, 16))
  if (begin === '') return 'empty'
  if (/^PK[\x03\x05]/.test(begin)) return 'zip'
  if (begin.startsWith('\xd0\xcf\x11\xe0')) return 'ole'
  if (begin.startsWith('SQLite format 3')) return 'sqlite'
  const text = new TextDecoder(encodingOf(head)).decode(head).replace(/^[\s\u001e\ufeff]+/, '')
  if (/^[[{]/.test(text)) return 'json'
  if (/^<(?:!doctype html|html|head|body|table|meta)\b/i.test(text)) return 'html'
  if (/^<[?!\w]/.test(text)) return /<html\b/i.test(text) ? 'html' : 'xml'
  return 'text'
}
