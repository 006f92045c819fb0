/**
 * Wrong files sent to the server: none ends in a fault of the server, and every answer that counts rows counts each once.
 * More of them: `FUZZ_IMPORTS=2000 npx vitest run test/api/import-fuzz.test.ts`.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sample, corpus } from '../formats/fuzz/corpus.js'
import { mutantOf, randomOf } from '../formats/fuzz/mutations.js'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { type TestServer, serve, signIn } from '../support/server.js'

const FILES = Number(process.env['FUZZ_IMPORTS'] ?? 100)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_130)

let database: TestDatabase
let server: TestServer
let cookie: string

beforeAll(async () => {
  database = await freshDatabase('postgresql')
  server = await serve(database)
  cookie = await signIn(server, database, 'planner')
})
afterAll(async () => {
  await server.close()
  await database.drop()
})

interface Answer {
  status: number
  body: Record<string, unknown> & { detail?: string }
}

async function post(path: string, { bytes }: Sample): Promise<Answer> {
  const answer = await fetch(`${server.url}${path}`, {
    method: 'POST',
    body: new Uint8Array(bytes),
    headers: { cookie, 'content-type': 'application/octet-stream' },
  })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

/** A fault of the server, or a refusal without words; null for what was read, or refused in words. */
function answerFaultOf({ status, body }: Answer): string | null {
  if (status >= 500) return `${status} ${body.detail}`
  return status === 200 || body.detail ? null : `${status} without words`
}

/** Rows of a file that was read and were lost or counted twice. */
function balanceFaultOf({ status }: Answer, rows: unknown, parts: readonly unknown[]): string | null {
  const sum = parts.reduce<number>((total, part) => total + Number(part), 0)
  return status !== 200 || sum === rows ? null : `${rows} rows, but ${parts.join(' + ')}`
}

async function resultsFaultOf(file: Sample): Promise<string | null> {
  const preview = await post('/api/v1/probes/import?preview=true', file)
  const answer = await post('/api/v1/probes/import', file)
  const {
    accepted,
    duplicates,
    rejected = [],
  } = answer.body as { [key: string]: unknown; rejected?: unknown[] }
  return (
    answerFaultOf(preview) ??
    answerFaultOf(answer) ??
    balanceFaultOf(answer, preview.body['records'], [accepted, duplicates, rejected.length])
  )
}

async function planFaultOf(file: Sample): Promise<string | null> {
  const answer = await post('/api/v1/plan/import', file)
  const { lines, added, changed, unchanged, refusedLines } = answer.body
  return answerFaultOf(answer) ?? balanceFaultOf(answer, lines, [added, changed, unchanged, refusedLines])
}

test(
  `${FILES} wrong files, each sent as results and as a plan`,
  async () => {
    const samples = await corpus()
    const faults: string[] = []
    for (let i = 0; i < FILES; i++) {
      const mutant = mutantOf(samples[i % samples.length]!, randomOf(SEED + i))
      for (const faultIn of [resultsFaultOf, planFaultOf]) {
        const fault = await faultIn(mutant)
        if (fault) faults.push(`seed ${SEED + i}, ${mutant.name}, ${faultIn.name}: ${fault}`)
      }
      if (faults.length >= 10) break
    }
    expect(faults).toEqual([])
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200)
  },
  Math.max(180_000, FILES * 1_000),
)
