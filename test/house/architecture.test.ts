/** ARCHITECTURE.md says what the code and the layer rules say: its table and its diagrams are read here. */
import { DISPUTE_ACTIONS, DISPUTE_STATES, stateAfter } from '#domain/dispute'
import { PLAN_STATES } from '#domain/plan'
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

const PAGE = readFileSync('ARCHITECTURE.md', 'utf8')

interface Room {
  rooms?: string[]
}
const { ROOMS, EDGES } = (await import(resolve('.dependency-cruiser.mjs'))) as Record<
  'ROOMS' | 'EDGES',
  Record<string, Room>
>
const RULES: Record<string, Room> = { ...ROOMS, ...EDGES }

/** As the table writes it: `libs/geo` as “geo”, every library as “any library”. */
const shortName = (room: string) => (room === 'libs' ? 'any library' : room.replace(/^(libs|apps)\//, ''))
const importsOf = ({ rooms = [] }: Room) => rooms.map(shortName).join(', ') || 'nothing'

/** The code of the diagram that begins with this word, `n` of its kind. */
const diagram = (kind: string, n = 0): string =>
  [...PAGE.matchAll(/^```mermaid\n(.*?)^```/gms)]
    .map(([, code]) => code!)
    .filter((code) => code.startsWith(kind))[n]!

test('the table names what the layer rules allow, room by room', () => {
  const rows = [...PAGE.matchAll(/^\| `(\S+)`\s+\| .+? \| (.+?)\s+\|$/gm)].map(([, room, imports]) => [
    room,
    imports,
  ])
  expect(Object.fromEntries(rows)).toEqual(
    Object.fromEntries(Object.entries(RULES).map(([room, rule]) => [room, importsOf(rule)])),
  )
})

test('every folder of libraries and apps has a row', () => {
  const folders = ['libs', 'apps'].flatMap((part) =>
    readdirSync(part, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => `${part}/${entry.name}`),
  )
  expect(Object.keys(RULES)).toEqual(expect.arrayContaining(folders))
})

describe('the diagram of the rooms', () => {
  const code = diagram('flowchart TB')
  const rooms = new Map(
    [...code.matchAll(/\b(\w+)\["([\w./]+)(?:<br>.*?)?"\]/g)].map(([, id, room]) => [id!, room!] as const),
  )

  test('shows every room', () => {
    expect([...rooms.values()].toSorted()).toEqual(Object.keys(RULES).toSorted())
  })

  test('draws only imports that are allowed', () => {
    const arrows = [...code.matchAll(/^ {2}(\w+)(?:\[".*?"\])? --> (\w+)/gm)].map(
      ([, from, to]) => [rooms.get(from!)!, rooms.get(to!)!] as const,
    )
    expect(arrows.length).toBeGreaterThan(20)
    const forbidden = arrows.filter(
      ([from, to]) => !(RULES[from]?.rooms ?? []).some((room) => to === room || to.startsWith(`${room}/`)),
    )
    expect(forbidden).toEqual([])
  })
})

/** The room of a path, or of an import such as `#store/runs`. */
function roomOf(path: string): string {
  if (path.startsWith('#migrations')) return 'migrations'
  if (path.startsWith('#')) return `libs/${path.slice(1).split('/')[0]}`
  const [top, folder] = path.split('/') as [string, string]
  return top === 'libs' || top === 'apps' ? `${top}/${folder.replace(/\.js$/, '.ts')}` : top
}

/** Pairs of rooms of which the first imports the second. */
function importsInCode(): Set<string> {
  const pairs = new Set<string>()
  for (const top of ['apps', 'libs', 'migrations', 'web/src', 'web/probe', 'web/report'])
    for (const name of readdirSync(top, { recursive: true, encoding: 'utf8' })) {
      if (!/\.tsx?$/.test(name)) continue
      const file = join(top, name)
      for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'([#.][^']*)'/g)) {
        const [from, to] = [roomOf(file), roomOf(path!.startsWith('#') ? path! : join(file, '..', path!))]
        // The page's types of the API are made by the build.
        if (from !== to && to !== 'dist') pairs.add(`${from} -> ${to}`)
      }
    }
  return pairs
}

test('the arrows of the rooms are the imports of the code, those through another room left out', () => {
  const code = diagram('flowchart TB')
  const rooms = new Map(
    [...code.matchAll(/\b(\w+)\["([\w./]+)(?:<br>.*?)?"\]/g)].map(([, id, room]) => [id!, room!] as const),
  )
  const arrows = [...code.matchAll(/^ {2}(\w+)(?:\[".*?"\])? --> (\w+)/gm)].map(
    ([, from, to]) => [rooms.get(from!)!, rooms.get(to!)!] as const,
  )
  const imports = importsInCode()
  expect(imports.size).toBeGreaterThan(30)
  expect(arrows.map((pair) => pair.join(' -> ')).filter((arrow) => !imports.has(arrow))).toEqual([])
  const reaches = (from: string, to: string): boolean =>
    arrows.some(([a, b]) => a === from && (b === to || reaches(b, to)))
  expect([...imports].filter((pair) => !reaches(...(pair.split(' -> ') as [string, string])))).toEqual([])
})

test('no message of a sequence has a sign at which the drawing program ends it', () => {
  const messages = diagram('sequenceDiagram')
    .split('\n')
    .filter((line) => line.includes('>>'))
  expect(messages.length).toBeGreaterThan(5)
  expect(messages.filter((line) => /[#;]/.test(line))).toEqual([])
})

test('the picture of the tables has every entity', () => {
  const folder = 'libs/store/database/tables'
  const entities = readdirSync(folder).flatMap((name) =>
    [...readFileSync(`${folder}/${name}`, 'utf8').matchAll(/@Entity\('(\w+)'/g)].map(([, table]) => table!),
  )
  const lines = [...diagram('erDiagram').matchAll(/^ {2}(\w+) (?:\S+--\S+ (\w+) : ".+"|\{)$/gm)]
  const drawn = new Set(lines.flatMap(([, from, to]) => [from!, to ?? from!]))
  expect([...drawn].toSorted()).toEqual(entities.toSorted())
})

const transitionsOf = (code: string) =>
  [...code.matchAll(/^ {2}(\S+) --> (\S+?)(?:: (.+))?$/gm)].map(
    ([, from, to, action]) => [from!, to!, action ?? ''] as const,
  )

test('the states of a dispute are drawn as they are', () => {
  const drawn = transitionsOf(diagram('stateDiagram-v2', 1)).filter(
    ([from, to]) => from !== '[*]' && to !== '[*]',
  )
  const possible = DISPUTE_STATES.flatMap((from) =>
    DISPUTE_ACTIONS.map((action) => [from, stateAfter(from, action), action] as const),
  ).filter(([from, to]) => to !== null && to !== from)
  expect(drawn.toSorted()).toEqual(possible.toSorted())
})

test('the states of a plan item are all drawn, and no other', () => {
  const drawn = transitionsOf(diagram('stateDiagram-v2', 0)).flatMap(([from, to]) => [from, to])
  expect(new Set(drawn.filter((state) => state !== '[*]'))).toEqual(new Set(PLAN_STATES))
})
