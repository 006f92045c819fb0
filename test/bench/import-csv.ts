/** Reading and judging a large CSV, beside a bare pass of csv-parse over the same file; each in a process of its own. */
import { once } from 'node:events'
import { fork } from 'node:child_process'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bench, resultOf, tell } from './bench.js'

/** About 1 GB: what a country's speed tests of some years take as a table. */
const ROWS = 11_000_000
const BLOCK = 10_000

export const importCsv: Bench = { names: ['import.csv', 'import.csv_memory'], run }

interface Pass {
  rows: number
  seconds: number
  /** Peak of the process's resident memory, bytes. */
  peak: number
}

async function run() {
  const folder = await mkdtemp(join(tmpdir(), 'taghtiya-import-'))
  try {
    const file = join(folder, 'results.csv')
    const bytes = await writeTable(file)
    const floor = await pass('floor', file)
    const ours = await pass('ours', file)
    tell(
      `import.csv: ${(bytes / 1e6).toFixed(0)} MB, ${ours.rows} rows, peak ${(ours.peak / 2 ** 20).toFixed(0)} MB`,
    )
    if (ours.rows !== ROWS) throw new Error(`${ours.rows} of ${ROWS} rows were accepted`)
    const [rate, floorRate] = [ours.rows / ours.seconds, floor.rows / floor.seconds]
    const [peak, floorPeak] = [ours.peak / 2 ** 20, floor.peak / 2 ** 20]
    return [
      resultOf('import.csv', rate, floorRate, 'rows/s', rate / floorRate),
      resultOf('import.csv_memory', peak, floorPeak, 'MB', peak / floorPeak),
    ]
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function writeTable(file: string): Promise<number> {
  const out = createWriteStream(file)
  out.write(
    'date;lat;lng;opérateur;technologie;débit descendant (Mbit/s);débit montant (Mbit/s);latence (ms)\n',
  )
  for (let at = 0; at < ROWS; at += BLOCK) {
    let block = ''
    for (let i = at; i < Math.min(at + BLOCK, ROWS); i++) block += rowOf(i)
    if (!out.write(block)) await once(out, 'drain')
  }
  out.end()
  await once(out, 'finish')
  return out.bytesWritten
}

const OPERATORS = ['Maroc Telecom', 'Orange', 'inwi']

function rowOf(i: number): string {
  const day = new Date(Date.UTC(2025, 0, 1) + i * 3_000).toISOString().slice(0, 19).replace('T', ' ')
  const lat = (30 + (i % 5_000) / 1_000).toFixed(4)
  const lng = (-8 + (i % 3_001) / 1_000).toFixed(4)
  const down = (i % 900) / 10
  return `${day};${lat};${lng};${OPERATORS[i % 3]};4G;${down};${(down / 4).toFixed(2)};${20 + (i % 80)}.5\n`
}

async function pass(kind: 'floor' | 'ours', file: string): Promise<Pass> {
  const child = fork(new URL('./import-csv-pass.js', import.meta.url), [kind, file])
  const [result] = (await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`the pass ended with ${code}`))),
  ])) as [Pass]
  return result
}
