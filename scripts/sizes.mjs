/**
 * `node scripts/sizes.mjs [ROOT]`: checks the sizes of folders (files), files and functions (lines). Prints those over
 * their limits and ends with exit code 1 if there are any.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import ts from 'typescript'
import { ROOT } from './ready.mjs'

const MAX_FOLDER_FILES = 20
const MAX_FILE_LINES = 350
/** Limit of a function's lines; a few may be longer, such as a table of columns or a statement in pieces. */
const MAX_FUNCTION_LINES = 60
const MAX_LONG_FUNCTIONS = 5
/** Limit for the page: a longer component hides its state. */
const MAX_WEB_FUNCTION_LINES = 99

const ROOMS = ['apps', 'libs', 'migrations', 'web', 'scripts']
/** Messages of the page and facts about Morocco are tables, so their length does not matter. */
const TABLES = /^web\/locales\/|\/(words|locales)\.ts$|^libs\/places\/facts\.ts$/
/** A migration is never edited, so this folder only grows. */
const GROWING_FOLDERS = ['migrations']

const root = process.argv[2] ?? ROOT
const textOf = (file) => readFileSync(join(root, file), 'utf8')
const filesOf = (room) =>
  existsSync(join(root, room))
    ? readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name))
    : []
const sources = ROOMS.flatMap(filesOf).filter((file) => /\.(ts|tsx|mjs|css)$/.test(file))
const scripts = sources.filter((file) => !/\.css$|\.d\.ts$/.test(file))
const nameOf = (node) => node.name?.getText() ?? node.parent?.name?.getText() ?? 'a function without a name'

const faults = [...folderFaults(), ...fileFaults(), ...functionFaults()]
for (const fault of faults) console.log(fault)
process.exitCode = faults.length > 0 ? 1 : 0

function folderFaults() {
  const counts = new Map()
  for (const file of scripts) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1)
  return [...counts]
    .filter(([folder, count]) => count > MAX_FOLDER_FILES && !GROWING_FOLDERS.includes(folder))
    .map(([folder, count]) => `${folder}: ${count} source files, at most ${MAX_FOLDER_FILES}`)
}

function fileFaults() {
  return sources
    .filter((file) => !TABLES.test(file))
    .map((file) => ({ file, lines: textOf(file).split('\n').length - 1 }))
    .filter(({ lines }) => lines > MAX_FILE_LINES)
    .map(({ file, lines }) => `${file}: ${lines} lines, at most ${MAX_FILE_LINES}`)
}

function functionFaults() {
  const long = scripts
    .flatMap(functionsOf)
    .filter(({ lines }) => lines > MAX_FUNCTION_LINES)
    .toSorted((a, b) => b.lines - a.lines)
  const tooLong = long.filter((one) => one.file.startsWith('web/') && one.lines > MAX_WEB_FUNCTION_LINES)
  const tooMany = long.length > MAX_LONG_FUNCTIONS ? long : []
  return [
    ...tooLong.map(
      (one) => `${one.place}: ${one.lines} lines, at most ${MAX_WEB_FUNCTION_LINES} in the page`,
    ),
    ...tooMany.map(
      (one) =>
        `${one.place}: ${one.lines} lines; ${long.length} functions have over ${MAX_FUNCTION_LINES}, at most ${MAX_LONG_FUNCTIONS} may`,
    ),
  ]
}

/** Every function of a file that has a body, with the lines from its first word to its closing brace. */
function functionsOf(file) {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true)
  const functions = []
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body) {
      const first = source.getLineAndCharacterOfPosition(node.getStart(source)).line
      const last = source.getLineAndCharacterOfPosition(node.end).line
      functions.push({ file, place: `${file}:${first + 1} ${nameOf(node)}`, lines: last - first + 1 })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return functions
}
