/** The commands of the analysts' guide, as they are written there, against a server; those whose programs are installed. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type TestDatabase, freshDatabase } from '../support/database.js'
import { HAS_GDAL } from '../support/gdal.js'
import { fillObservatory } from '../support/observatory.js'
import { type TestServer, serve } from '../support/server.js'

const GUIDE = readFileSync(new URL('../../docs/analysts.md', import.meta.url), 'utf8')
const EXAMPLE_SERVER = 'http://127.0.0.1:3000'

const runs = (program: string, ...args: string[]) => spawnSync(program, args).status === 0
const PYTHON = '/usr/bin/python3'
/** Programs that read their commands from standard input, and what has to be there. */
const READERS: Record<string, { program: string; args: string[]; isThere: (code: string) => boolean }> = {
  sh: {
    program: '/bin/bash',
    args: ['-e', '-o', 'pipefail'],
    isThere: (code) =>
      ['curl', 'jq', 'ogr2ogr'].every((name) => !code.includes(name) || existsSync(`/usr/bin/${name}`)),
  },
  python: {
    program: PYTHON,
    args: ['-'],
    isThere: (code) =>
      ['pandas', 'requests'].every((name) => !code.includes(name) || runs(PYTHON, '-c', `import ${name}`)),
  },
  r: {
    program: '/usr/bin/Rscript',
    args: ['-'],
    isThere: (code) =>
      existsSync('/usr/bin/Rscript') &&
      (!code.includes('library(sf)') || (HAS_GDAL && runs('/usr/bin/Rscript', '-e', 'library(sf)'))),
  },
}

const blocks = [...GUIDE.matchAll(/^```(\w+)\n(.*?)^```/gms)]
  .map(([, language, code]) => ({ language: language!, code: code! }))
  .filter(({ language }) => language in READERS)

describe('the analysts’ guide', () => {
  const folder = mkdtempSync(join(tmpdir(), 'taghtiya-guide-'))
  let database: TestDatabase
  let server: TestServer
  beforeAll(async () => {
    database = await freshDatabase('postgresql')
    await fillObservatory(database, new Date())
    server = await serve(database)
  })
  afterAll(async () => {
    await server.close()
    await database.drop()
    rmSync(folder, { recursive: true, force: true })
  })

  test('has five questions and the languages that it promises', () => {
    expect(GUIDE.match(/^## [1-5]\. .*\?? \(.*\)$/gm)).toHaveLength(5)
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(Object.keys(READERS)))
  })

  test.each(blocks.map(({ language, code }, n) => [n + 1, language, code] as const))(
    'command %i, %s, works as it is written',
    async (n, language, code) => {
      const { program, args, isThere } = READERS[language]!
      if (!isThere(code))
        return console.log(`skipped: command ${n}, ${language}: its programs are not installed`)
      const child = spawn(program, args, { cwd: folder })
      const ended = new Promise<number | null>((resolve) => child.on('close', resolve))
      child.stdin.end(code.replaceAll(EXAMPLE_SERVER, server.url))
      const [out, err, status] = await Promise.all([text(child.stdout), text(child.stderr), ended])
      expect([status, err.match(/^.*\b(error|traceback|warning)\b.*$/gim)], err).toEqual([0, null])
      // The places of the guide are the demonstration's: of a single area this server may have nothing to say.
      if (!/province_code=|areas\/\d/.test(code)) expect(out.trim()).not.toBe('')
      expect(out).not.toContain('problem+json')
    },
  )
})
