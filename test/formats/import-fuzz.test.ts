/**
 * Wrong files given to each reader: each ends in records and rejections that balance, in a question, or in words about the
 * file; none hangs. More of them: `FUZZ_IMPORTS=20000 npx vitest run test/formats/import-fuzz.test.ts`.
 */
import { UnreadableFileError } from '#formats/file'
import {
  type ListFile,
  assertBalanced,
  readAreas,
  readCoverage,
  readLocalities,
  readPlan,
  readSites,
  rejectedRowCount,
} from '#formats/lists'
import { type DetectedFormat, ImportQuestion, readResults } from '#formats/tools'
import { judgeRecord } from '#ingest'
import { MOROCCO_BOUNDS } from '#domain/probe'
import { expect, test } from 'vitest'
import { type Sample, corpus } from './fuzz/corpus.js'
import { mutantOf, randomOf } from './fuzz/mutations.js'

const INPUTS = Number(process.env['FUZZ_IMPORTS'] ?? 400)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130)
/** A file of some kilobytes takes milliseconds; a busy machine makes them more. */
const MAX_MS = 30_000

const name = 'liste'
const LISTS: Record<string, (bytes: Buffer) => Promise<{ file: ListFile; written: number }>> = {
  areas: async (bytes) => readAreas(bytes, { name }).then((file) => ({ file, written: file.areas.length })),
  sites: async (bytes) => readSites(bytes, { name }).then((file) => ({ file, written: file.sites.length })),
  localities: async (bytes) =>
    readLocalities(bytes, { name }).then((file) => ({ file, written: file.localities.length })),
  plan: async (bytes) => readPlan(bytes, { name }).then((file) => ({ file, written: file.rows.length })),
  coverage: async (bytes) =>
    readCoverage(bytes, { name, operator: 'inwi', date: '2026-01-01' }).then((file) => ({
      file,
      written: file.claims.length,
    })),
}

/** How the files ended, for the summary. */
const tally = { read: 0, refused: 0, asked: 0, rows: 0, rejectedRows: 0 }

/** The fault that a file showed; null if it was read, or refused in words. */
async function faultOf(sample: Sample): Promise<string | null> {
  for (const [reader, read] of Object.entries(LISTS)) {
    const start = performance.now()
    try {
      const { file, written } = await read(sample.bytes)
      assertBalanced({
        rows: file.rowCount,
        written,
        unchanged: 0,
        rejected: rejectedRowCount(file.rejections),
      })
      tally.read++
      tally.rows += file.rowCount
      tally.rejectedRows += file.rowCount - written
    } catch (error) {
      tally.refused++
      if (!(error instanceof UnreadableFileError)) return `${reader}: ${(error as Error).stack}`
    }
    if (performance.now() - start > MAX_MS)
      return `${reader} took ${Math.round(performance.now() - start)} ms`
  }
  return resultsFaultOf(sample)
}

async function resultsFaultOf({ bytes }: Sample): Promise<string | null> {
  const detected: DetectedFormat = { format: null, unit: null, notes: [] }
  const options = { format: null, unit: null, measuredAt: '2026-03-01T09:30:00Z' }
  const start = performance.now()
  const indexes = new Set<number>()
  let count = 0
  try {
    for await (const batch of readResults(bytes, options, detected))
      for (const { index, document, rejectionReason } of batch) {
        count++
        indexes.add(index)
        if (rejectionReason === undefined)
          judgeRecord(document, { device: null, bounds: MOROCCO_BOUNDS, now: Date.UTC(2026, 5, 1) })
        else if (rejectionReason === '') return 'a rejection without a reason'
      }
    tally.read++
    tally.rows += count
  } catch (error) {
    tally[error instanceof ImportQuestion ? 'asked' : 'refused']++
    if (!(error instanceof UnreadableFileError || error instanceof ImportQuestion))
      return (error as Error).stack!
  }
  if (indexes.size !== count) return `${count} records have ${indexes.size} numbers`
  const ms = performance.now() - start
  return ms > MAX_MS ? `results took ${Math.round(ms)} ms` : null
}

test(
  `${INPUTS} wrong files, each given to all six readers`,
  async () => {
    const samples = await corpus()
    const faults: string[] = []
    for (let i = 0; i < INPUTS; i++) {
      const random = randomOf(SEED + i)
      const mutant = mutantOf(samples[i % samples.length]!, random)
      const fault = await faultOf(mutant)
      if (fault) faults.push(`seed ${SEED + i}, ${mutant.name}: ${fault}`)
      if (faults.length >= 10) break
      if (i > 0 && i % 2_000 === 0) process.stderr.write(`${i} files, ${faults.length} faults\n`)
    }
    if (INPUTS >= 1_000) process.stderr.write(`${JSON.stringify(tally)}\n`)
    expect(faults).toEqual([])
  },
  Math.max(120_000, INPUTS * 500),
)

test('the files that the wrong ones are made of are right', async () => {
  for (const sample of await corpus()) {
    const read = await Promise.all(
      Object.values(LISTS).map((open) =>
        open(sample.bytes).then(
          ({ written }) => written,
          () => 0,
        ),
      ),
    )
    const records: unknown[] = []
    const options = { format: null, unit: null, measuredAt: '2026-03-01T09:30:00Z' }
    try {
      const found = { format: null, unit: null, notes: [] }
      for await (const batch of readResults(sample.bytes, options, found)) records.push(...batch)
    } catch (error) {
      expect(error).toBeInstanceOf(Error)
    }
    expect([
      sample.name,
      read.some((count) => count > 0) || records.length > 0 || sample.name === 'no-unit.csv',
    ]).toEqual([sample.name, true])
  }
})
