import { SHIPPED_RULES } from '#domain/rule'
import { readFileSync, writeFileSync } from 'node:fs'
import * as prettier from 'prettier'
import { expect, test } from 'vitest'
import { examplesPage } from './examples.js'

const PAGE = new URL('../../docs/examples.md', import.meta.url)

test('the figures of the worked examples are those of the functions', async () => {
  const options = await prettier.resolveConfig(PAGE)
  const page = await prettier.format(examplesPage(), { ...options, parser: 'markdown' })
  if (process.env['UPDATE']) writeFileSync(PAGE, page)
  expect(readFileSync(PAGE, 'utf8')).toBe(page)
  expect(page).toContain('**grey**')
  expect(page).toContain('**black**')
  expect(page).toContain('**white**')
  for (const rule of ['ma-floor', 'eu-2013', 'fcc-unserved'])
    expect(page).toContain(`\`${rule}\` version ${SHIPPED_RULES.find((r) => r.id === rule)!.version}`)
})
