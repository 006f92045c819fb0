/**
 * `npm run bench -- [NAME …]`: one JSON object per line on standard output, all else on standard error. A name may end with
 * `*`: `nation.*`.
 */
import { type Bench, Ground, type Result, tell } from './bench.js'
import { allRules } from './all-rules.js'
import { api } from './api.js'
import { classification } from './classify.js'
import { importCsv } from './import-csv.js'
import { exportCsv } from './export-csv.js'
import { ingestBatch } from './ingest-batch.js'
import { ingestSingle } from './ingest-single.js'
import { memoryNdjson } from './memory-ndjson.js'
import { nation } from './nation/index.js'
import { ndt7 } from './ndt7.js'
import { priorities } from './priorities.js'
import { tileCold } from './tile-cold.js'
import { tileWarm } from './tile-warm.js'
import { truth } from './truth.js'
import { truthReal } from './truth-real.js'
import { web } from './web.js'
import { whatIf } from './what-if.js'

/** In the order in which they run: the longest last. `nation` runs only when it is named. */
const BENCHES: readonly Bench[] = [
  ingestBatch,
  ingestSingle,
  classification,
  allRules,
  tileCold,
  tileWarm,
  memoryNdjson,
  exportCsv,
  api,
  importCsv,
  ndt7,
  truth,
  truthReal,
  whatIf,
  priorities,
  web,
]
/** Takes ten minutes and a gigabyte. */
const ON_REQUEST: readonly Bench[] = [nation]
const NAMES = [...BENCHES, ...ON_REQUEST].flatMap((bench) => bench.names)

const matches = (pattern: string, name: string): boolean =>
  pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern

async function main(patterns: readonly string[]): Promise<void> {
  const unknown = patterns.filter((pattern) => !NAMES.some((name) => matches(pattern, name)))
  if (unknown.length > 0) {
    tell(`No bench is named ${unknown.join(', ')}. There are: ${NAMES.join(', ')}`)
    process.exitCode = 2
    return
  }
  const ground = new Ground()
  try {
    tellTable(await runAll(ground, patterns))
  } finally {
    await ground.close()
  }
}

async function runAll(ground: Ground, patterns: readonly string[]): Promise<Result[]> {
  const isNamed = (name: string) => patterns.some((pattern) => matches(pattern, name))
  const isWanted = (name: string) => patterns.length === 0 || isNamed(name)
  const chosen = [
    ...BENCHES.filter((bench) => bench.names.some(isWanted)),
    ...ON_REQUEST.filter((bench) => bench.names.some(isNamed)),
  ]
  const results: Result[] = []
  for (const bench of chosen) {
    tell(`${nameOf(bench)} …`)
    for (const result of await orNothing(bench, ground, isWanted)) {
      if (!isWanted(result.bench)) continue
      results.push(result)
      process.stdout.write(`${JSON.stringify(result)}\n`)
    }
  }
  return results
}

/** The first names of a bench of many lines. */
const nameOf = ({ names }: Bench): string =>
  names.length > 8 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')

/** One bench that fails does not keep the others from running, but the command fails. */
async function orNothing(
  bench: Bench,
  ground: Ground,
  isWanted: (name: string) => boolean,
): Promise<Result[]> {
  try {
    return await bench.run(ground, isWanted)
  } catch (error) {
    tell(`${nameOf(bench)} failed: ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
    return []
  }
}

function tellTable(results: readonly Result[]): void {
  const width = Math.max(16, ...results.map(({ bench }) => bench.length + 2))
  const row = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(width) : cell.padStart(12))).join('')
  tell(row(['bench', 'ours', 'floor', 'ratio', 'unit', 'slope']))
  for (const { bench, ours, floor, ratio, unit, slope } of results)
    tell(
      row([
        bench,
        String(ours),
        String(floor),
        String(ratio),
        unit,
        slope === undefined ? '' : String(slope),
      ]),
    )
}

await main(process.argv.slice(2))
