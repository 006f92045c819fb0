/** Files for the tests of formats: small ones made here, real ones where ../shared/data is at hand. */
import { existsSync, readFileSync } from 'node:fs'

const DATA = new URL('../../../shared/data/', import.meta.url)

/** Whether the real file is here; says so when it is not. */
export function haveData(name: string): boolean {
  const there = existsSync(new URL(name, DATA))
  if (!there) console.log(`skipped: ../shared/data/${name} is not here`)
  return there
}

export const dataFile = (name: string): Buffer => readFileSync(new URL(name, DATA))

export const bytes = (text: string): Buffer => Buffer.from(text)

/** The bytes in pieces of a size, as a network delivers them. */
export async function* inPieces(whole: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < whole.length; at += size) yield whole.subarray(at, at + size)
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = []
  for await (const item of items) list.push(item)
  return list
}
