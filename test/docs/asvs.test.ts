/** The list of the requirements of ASVS: its sum is that of its rows, and what is said to be met names the test that shows it. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const text = readFileSync('docs/asvs.md', 'utf8')
const rows = [...text.matchAll(/^\| (V[^|]+) \|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)].map((row) =>
  row.slice(1).map((cell) => cell.trim()),
)
const STATES = ['met', 'partly', 'not met', 'not applicable'] as const

test('the sum is that of the rows', () => {
  const [met, partly, not, inapplicable] = STATES.map(
    (state) => rows.filter(([, one]) => one === state).length,
  )
  expect(rows.filter(([, state]) => !(STATES as readonly string[]).includes(state!))).toEqual([])
  expect(text.trim().split('\n').at(-1)).toBe(
    `Of ${rows.length} rows ${met} are met, ${partly} partly, ${not} not, and ${inapplicable} do not apply.`,
  )
})

test('what is said to be met names the test that shows it', () => {
  const bare = rows.filter(([, state, , tests]) => state === 'met' && !/`test\/[\w./-]+`/.test(tests!))
  // That nothing else makes random values is to be read in the code.
  expect(bare.map(([section]) => section)).toEqual(['V6.3 random values'])
})
