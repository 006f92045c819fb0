/** Each rule of the layers reports a fault that is planted for it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const FAULTS: Record<string, [file: string, imports: string]> = {
  'domain-imports-nothing': ['libs/domain/fault.ts', '#geo'],
  'config-imports-nothing': ['libs/config/fault.ts', '#domain'],
  geo: ['libs/geo/fault.ts', '#store'],
  formats: ['libs/formats/fault.ts', '#store'],
  places: ['libs/places/fault.ts', '#geo'],
  store: ['libs/store/fault.ts', '#ingest'],
  ingest: ['libs/ingest/fault.ts', '#places'],
  demo: ['libs/demo/fault.ts', '#formats'],
  setup: ['libs/setup/fault.ts', '#demo'],
  migrations: ['migrations/fault.ts', '#domain'],
  'apps-do-not-know-each-other': ['apps/worker/fault.ts', '../api/settings.js'],
  'libraries-by-their-index': ['apps/worker/deep.ts', '../../libs/domain/rule.js'],
  'web-knows-only-the-domain': ['web/src/fault.ts', '#store'],
  'nothing-imports-tests': ['apps/cli/fault.ts', '../../test/support/last-line.js'],
  'no-cycles': ['libs/domain/cycle-a.ts', './cycle-b.js'],
}

let house: string
let report: string

/** A copy of the house with every fault in it, so that one run of the tool tells all. */
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'taghtiya-house-'))
  for (const name of [
    'apps',
    'libs',
    'migrations',
    'web',
    'test',
    'package.json',
    'tsconfig.json',
    '.dependency-cruiser.mjs',
  ])
    cpSync(name, join(house, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(house, 'node_modules'))
  for (const [file, imports] of Object.values(FAULTS)) plant(file, imports)
  plant('libs/domain/cycle-b.ts', './cycle-a.js')
  const tool = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'
  const args = [tool, '--config', '.dependency-cruiser.mjs', 'apps', 'libs', 'migrations', 'web/src']
  report = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8' }).stdout
})

afterAll(() => rmSync(house, { recursive: true, force: true }))

function plant(file: string, imports: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), `import * as planted from '${imports}'\nexport const used = planted\n`)
}

test.each(Object.entries(FAULTS))('%s', (rule, [file]) => {
  const lines = report.split('\n').filter((line) => line.includes(`error ${rule}:`) && line.includes(file))
  expect(lines, report).not.toEqual([])
})
