/** What befalls files on their way: cut, doubled, saved in another encoding, with other separators, packed and broken. */
import { gunzipSync, gzipSync } from 'node:zlib'
import { ZipArchive } from '../../../libs/formats/file/zip.js'
import { zipOf } from '../files.js'
import type { Sample } from './corpus.js'

/** mulberry32: the same seed makes the same files. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

type Random = () => number
const below = (random: Random, n: number) => Math.floor(random() * n)
const pick = <T>(random: Random, from: readonly T[]): T => from[below(random, from.length)]!

const JUNK = [
  '"',
  '""',
  ',',
  ';',
  '\t',
  '\n',
  '\r\n',
  '\0',
  'NaN',
  '#N/A',
  '1e999',
  '-1',
  '12/31/2024',
  '{',
  '}',
  '[',
  ']',
  '<',
  '&amp;',
  '1,234',
  '\u001e',
  '\ufeff',
  'é',
  '=1+1',
  '0x',
  '99999999999999999999',
  '<c r="XFD1048576"><v>1</v></c>',
  '"a":1,"a":2,',
]

/** Mutations of a text or of bytes. */
const MUTATIONS: readonly ((bytes: Buffer, random: Random) => Buffer)[] = [
  (bytes, random) => bytes.subarray(0, below(random, bytes.length + 1)),
  (bytes, random) => bytes.subarray(below(random, bytes.length)),
  (bytes, random) => {
    const at = below(random, bytes.length)
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + below(random, 60))])
  },
  (bytes) => Buffer.concat([bytes, bytes]),
  (bytes, random) => {
    const at = below(random, bytes.length)
    const part = bytes.subarray(at, at + below(random, 200))
    return Buffer.concat([bytes.subarray(0, at), part, part, bytes.subarray(at)])
  },
  (bytes, random) => {
    const copy = Buffer.from(bytes)
    for (let i = 0; i < 1 + below(random, 8); i++) copy[below(random, copy.length)] = below(random, 256)
    return copy
  },
  (bytes, random) => {
    const at = below(random, bytes.length + 1)
    return Buffer.concat([bytes.subarray(0, at), Buffer.from(pick(random, JUNK)), bytes.subarray(at)])
  },
  (bytes, random) =>
    Buffer.from(
      bytes
        .toString('utf8')
        .replaceAll(
          pick(random, [',', ';', '"', '.', ':', '\n']),
          pick(random, [',', ';', '\t', '"', '|', ' ', '\r', '\r\n', '', '.']),
        ),
    ),
  (bytes, random) =>
    Buffer.from(bytes.toString('utf8'), pick(random, ['latin1', 'utf16le', 'ascii'] as const)),
  (bytes) => Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le').swap16(),
  (bytes) => Buffer.concat([Buffer.from('\ufeff'), bytes]),
  (bytes, random) =>
    Buffer.from(
      bytes
        .toString('utf8')
        .replace(/\d/g, (digit) => (random() < 0.1 ? pick(random, ['9', '', '-', '.', 'x', '٣']) : digit)),
    ),
  (bytes) => gzipSync(bytes),
  (bytes, random) =>
    zipOf([
      {
        name: pick(random, ['a.csv', 'a.json', 'doc.kml', 'xl/workbook.xml', 'a.shp', 'mimetype', 'a.bin']),
        text: bytes,
      },
    ]),
]

const mutate = (bytes: Buffer, random: Random): Buffer => {
  let mutant = bytes
  for (let i = 0; i < 1 + below(random, 3); i++)
    if (mutant.length > 0) mutant = pick(random, MUTATIONS)(mutant, random)
  return mutant
}

/** One wrong file. Half of those that are packed are wrong inside, where a wrong archive would hide it. */
export function mutantOf({ name, bytes }: Sample, random: Random): Sample {
  const isInside = random() < 0.6
  if (isInside && /\.(xlsx|ods|zip|kmz)$/.test(name)) {
    const archive = ZipArchive.open(bytes)
    const victim = below(random, archive.entries.length)
    const parts = archive.entries.map((entry, i) => {
      const text = archive.read(entry)
      return { name: entry.name, text: i === victim ? mutate(text, random) : text }
    })
    return { name, bytes: zipOf(random() < 0.1 ? parts.slice(1) : parts) }
  }
  if (isInside && name.endsWith('.gz')) return { name, bytes: gzipSync(mutate(gunzipSync(bytes), random)) }
  return { name, bytes: mutate(bytes, random) }
}
