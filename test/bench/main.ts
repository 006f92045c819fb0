/** `npm run bench -- [NAME …]`: one JSON object per line on standard output, all else on standard error. */
import { startCluster } from '../support/cluster.js'
import { type Bench, Ground, type Result, tell } from './bench.js'
import { api } from './api.js'
import { classification } from './classify.js'
import { importCsv } from './import-csv.js'
import { exportCsv } from './export-csv.js'
import { ingestBatch } from './ingest-batch.js'
import { ingestSingle } from './ingest-single.js'
import { memoryNdjson } from './memory-ndjson.js'
import { ndt7 } from './ndt7.js'
import { priorities } from './priorities.js'
import { tileCold } from './tile-cold.js'
import { tileWarm } from './tile-warm.js'
import { truth } from './truth.js'
import { truthReal } from './truth-real.js'
import { web } from './web.js'
import { whatIf } from './what-if.js'

/** In the order in which they run: the longest last. */
const BENCHES: readonly Bench[] = [
  ingestBatch,
  ingestSingle,
  classification,
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
const NAMES = BENCHES.flatMap((bench) => bench.names)

async function main(wanted: readonly string[]): Promise<void> {
  const unknown = wanted.filter((name) => !NAMES.includes(name))
  if (unknown.length > 0) {
    tell(`No bench is named ${unknown.join(', ')}. There are: ${NAMES.join(', ')}`)
    process.exitCode = 2
    return
  }
  const cluster = await startCluster()
  try {
    tellTable(await runAll(new Ground(cluster), wanted))
  } finally {
    await cluster.stop()
  }
}

async function runAll(ground: Ground, wanted: readonly string[]): Promise<Result[]> {
  const isWanted = (name: string) => wanted.length === 0 || wanted.includes(name)
  const results: Result[] = []
  for (const bench of BENCHES.filter((b) => b.names.some(isWanted))) {
    tell(`${bench.names.join(', ')} …`)
    for (const result of await orNothing(bench, ground)) {
      if (!isWanted(result.bench)) continue
      results.push(result)
      process.stdout.write(`${JSON.stringify(result)}\n`)
    }
  }
  return results
}

/** One bench that fails does not keep the others from running, but the command fails. */
async function orNothing(bench: Bench, ground: Ground): Promise<Result[]> {
  try {
    return await bench.run(ground)
  } catch (error) {
    tell(`${bench.names.join(', ')} failed: ${error instanceof Error ? error.stack : String(error)}`)
    process.exitCode = 1
    return []
  }
}

function tellTable(results: readonly Result[]): void {
  const row = (cells: readonly string[]) =>
    cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(12))).join('')
  tell(row(['bench', 'ours', 'floor', 'ratio', 'unit']))
  for (const { bench, ours, floor, ratio, unit } of results)
    tell(row([bench, String(ours), String(floor), String(ratio), unit]))
}

await main(process.argv.slice(2))
