/** Each rule of the layers reports a fault that is planted for it. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** By rule: a file, and the import that it must not have. */
const FAULTS: Record<string, [file: string, imports: string][]> = {
  'domain-imports': [
    ['libs/domain/fault-room.ts', '#geo'],
    ['libs/domain/fault-node.ts', 'node:fs'],
    ['libs/domain/fault-package.ts', 'h3-js'],
  ],
  'config-imports': [['libs/config/fault.ts', 'node:os']],
  'log-imports': [['libs/log/fault.ts', '#config']],
  'geo-imports': [['libs/geo/fault.ts', '#store/runs']],
  'formats-imports': [
    ['libs/formats/fault-room.ts', '#store/runs'],
    ['libs/formats/fault-node.ts', 'node:fs'],
  ],
  'processes-imports': [['libs/processes/fault.ts', '#config']],
  'places-imports': [['libs/places/fault.ts', '#geo']],
  'store-imports': [
    ['libs/store/fault-room.ts', '#ingest'],
    ['libs/store/fault-package.ts', 'class-validator'],
  ],
  'ingest-imports': [['libs/ingest/fault.ts', '#places']],
  'demo-imports': [['libs/demo/fault.ts', '#formats/file']],
  'backup-imports': [['libs/backup/fault.ts', '#domain/probe']],
  'backup-types': [['libs/backup/fault-code.ts', 'typeorm']],
  'setup-imports': [['libs/setup/fault.ts', '#demo']],
  'migrations-imports': [['migrations/fault.ts', '#domain/rule']],
  'formats-types': [['libs/formats/fault-code.ts', 'geojson']],
  'ingest-types': [['libs/ingest/fault-code.ts', 'typeorm']],
  'demo-types': [['libs/demo/fault-code.ts', 'typeorm']],
  'setup-types': [['libs/setup/fault-code.ts', 'typeorm']],
  'library-without-a-row': [['libs/helpers/fault.ts', '#domain/rule']],
  'nothing-below-knows-the-apps': [
    ['libs/store/fault-nest.ts', '@nestjs/common'],
    ['libs/ingest/fault-app.ts', '../../apps/api/settings.js'],
  ],
  'apps-stay-apart': [['apps/worker/fault.ts', '../api/settings.js']],
  'main-joins-api-and-worker': [['apps/fault.ts', './cli/output.js']],
  'agent-stays-small': [
    ['apps/agent/fault-room.ts', '#store/runs'],
    ['apps/agent/fault-package.ts', 'typeorm'],
  ],
  'library-by-its-index': [
    ['apps/worker/fault-deep.ts', '../../libs/domain/rule/rule.js'],
    ['apps/cli/fault-deep.ts', '../../migrations/1795000000000-first.js'],
  ],
  'sibling-by-its-index': [['libs/store/fault-deep.ts', '../domain/rule/rule.js']],
  'library-does-not-name-itself': [['libs/store/runs/fault-self.ts', '#store/zones']],
  'database-knows-no-noun': [['libs/store/database/fault.ts', '../runs/index.js']],
  'domain-folders-have-an-order': [['libs/domain/probe/fault.ts', '../verdict/index.js']],
  'web-bundles-domain-only': [['web/src/fault.ts', '#store/runs']],
  'tests-are-imported-by-tests': [['apps/cli/fault.ts', '../../test/support/last-line.js']],
  'no-cycles': [['libs/domain/fault-cycle-a.ts', './fault-cycle-b.js']],
  'everything-resolves': [['apps/cli/fault-unresolved.ts', './not-there.js']],
}

interface Report {
  summary: {
    violations: { from: string; rule: { name: string } }[]
    ruleSetUsed: { forbidden: { name: string }[] }
  }
}

let house: string
let report: Report

/** A copy of the house with every fault in it, so that one run of the tool tells all. */
beforeAll(() => {
  house = mkdtempSync(join(tmpdir(), 'taghtiya-house-'))
  const rooms = ['apps', 'libs', 'migrations', 'web', 'test']
  const settings = ['package.json', 'tsconfig.json', 'vitest.config.ts', '.dependency-cruiser.mjs']
  for (const name of [...rooms, ...settings]) cpSync(name, join(house, name), { recursive: true })
  symlinkSync(resolve('node_modules'), join(house, 'node_modules'))
  for (const [file, imports] of Object.values(FAULTS).flat()) plant(file, imports)
  // A cycle is reported once, at the first of its files.
  plant('libs/domain/fault-cycle-b.ts', './fault-cycle-a.js')
  const tool = 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'
  const args = [tool, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...rooms]
  const done = spawnSync(process.execPath, args, { cwd: house, encoding: 'utf8', maxBuffer: 2 ** 26 })
  report = JSON.parse(done.stdout) as Report
})

afterAll(() => rmSync(house, { recursive: true, force: true }))

function plant(file: string, imports: string): void {
  mkdirSync(dirname(join(house, file)), { recursive: true })
  writeFileSync(join(house, file), `import * as planted from '${imports}'\nexport const used = planted\n`)
}

/** These rules speak of folders: they report the folder of the planted file. */
const FOLDER_RULES = ['domain-folders-have-an-order']

const placesAgainst = (rule: string) =>
  report.summary.violations.filter((violation) => violation.rule.name === rule).map(({ from }) => from)

test.each(Object.entries(FAULTS))('%s', (rule, faults) => {
  const places = faults.map(([file]) => (FOLDER_RULES.includes(rule) ? dirname(file) : file))
  expect(placesAgainst(rule)).toEqual(expect.arrayContaining(places))
})

test('no rule is without a planted fault', () => {
  const rules = report.summary.ruleSetUsed.forbidden.map(({ name }) => name)
  expect(Object.keys(FAULTS).toSorted()).toEqual(rules.toSorted())
})
