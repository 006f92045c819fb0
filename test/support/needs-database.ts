import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const RELATIVE_IMPORT = /\bfrom '(\.{1,2}\/[^']+)\.js'/g

/** Whether a test file, or a file that it imports, uses the databases of the global setup. */
export function needsDatabase(file: string, seen = new Set<string>()): boolean {
  if (seen.has(file) || !existsSync(file)) return false
  seen.add(file)
  const source = readFileSync(file, 'utf8')
  if (/\binject\('|from '\.\/cluster\.js'|support\/cluster\.js'/.test(source)) return true
  return [...source.matchAll(RELATIVE_IMPORT)].some(([, name]) =>
    needsDatabase(join(dirname(file), `${name}.ts`), seen),
  )
}
