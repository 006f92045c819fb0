/** One pass over a CSV: by the importer up to the rows that would be written, or by csv-parse alone. */
import { previewResults } from '#ingest'
import { parse } from 'csv-parse'
import { createReadStream } from 'node:fs'

const [kind, file] = process.argv.slice(2) as ['floor' | 'ours', string]
const began = performance.now()
const rows = await (kind === 'ours' ? judged() : parsed())
const seconds = (performance.now() - began) / 1000
// maxRSS is in KiB.
process.send!({ rows, seconds, peak: process.resourceUsage().maxRSS * 1024 }, () => process.exit(0))

async function judged(): Promise<number> {
  const options = { format: null, unit: null, device: null, clock: () => Date.UTC(2026, 5, 1) }
  return (await previewResults(createReadStream(file), options)).accepted
}

async function parsed(): Promise<number> {
  const rows = createReadStream(file).pipe(parse({ delimiter: ';' }))
  let count = -1
  for await (const row of rows) count += (row as string[]).length > 0 ? 1 : 0
  return count
}
