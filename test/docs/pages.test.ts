/** What the documents point to is there: files and folders, other documents, commands of npm. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'

const PAGES = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  ...readdirSync('docs', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
]
const textOf = (page: string) => readFileSync(page, 'utf8')

/** A path of the repository in code: `libs/geo`, `test/docs/pages.test.ts`; not what a build makes, nor a pattern. */
const CODE_PATH = /`((?:apps|libs|migrations|web|test|docs|scripts)\/[\w./-]+)`/g
const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)/g
const NPM_COMMAND = /\bnpm run ([\w:]+)/g

describe.each(PAGES)('%s', (page) => {
  test('names only paths that exist', () => {
    const paths = [...textOf(page).matchAll(CODE_PATH)].map(([, path]) => path!)
    expect(paths.filter((path) => !existsSync(path))).toEqual([])
  })

  test('links only to files that exist', () => {
    const links = [...textOf(page).matchAll(LINK)].map(([, link]) => link!)
    expect(links.filter((link) => !existsSync(join(dirname(page), link)))).toEqual([])
  })

  test('names only commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: object }
    const commands = [...textOf(page).matchAll(NPM_COMMAND)].map(([, name]) => name!)
    expect(commands.filter((name) => !(name in scripts))).toEqual([])
  })
})

describe('decision records', () => {
  const records = readdirSync('docs/adr').filter((name) => name !== 'README.md')

  test('are numbered without a gap', () => {
    const numbers = records.map((name) => Number(name.slice(0, 4)))
    expect(numbers.toSorted((a, b) => a - b)).toEqual(records.map((_, n) => n + 1))
  })

  test.each(records)('%s has its title, its state and the four headings', (name) => {
    const text = textOf(join('docs/adr', name))
    expect(text).toMatch(
      new RegExp(
        `^# ${Number(name.slice(0, 4))}\\. .+\\n\\n(Accepted|Overtaken by .+), \\d{4}-\\d\\d-\\d\\d\\.\\n`,
      ),
    )
    expect([...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([
      'Context',
      'Decision',
      'Alternatives',
      'Consequences',
    ])
  })

  test.each(records)('%s stands in the list with its title', (name) => {
    const title = /^# (.+)$/m.exec(textOf(join('docs/adr', name)))![1]!
    expect(textOf('docs/adr/README.md')).toContain(`[${title}](${name})`)
  })
})
