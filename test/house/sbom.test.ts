/** The bill of materials names everything that is shipped, and nothing whose licence nobody has decided on. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'

interface Component {
  'bom-ref': string
  name: string
  version: string
  purl: string
  licenses: { license: { id: string } }[]
  hashes?: { alg: string; content: string }[]
}
interface Bom {
  bomFormat: string
  specVersion: string
  serialNumber: string
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}
interface Lock {
  packages: Record<string, { version: string; dev?: boolean; devOptional?: boolean; dependencies?: object }>
}

const json = <T>(path: string) => JSON.parse(readFileSync(path, 'utf8')) as T
let bom: Bom
let text: string
const make = () => spawnSync(process.execPath, ['scripts/sbom.mjs'], { encoding: 'utf8' })

beforeAll(() => {
  expect(make()).toMatchObject({ status: 0, stderr: '' })
  text = readFileSync('dist/sbom.cdx.json', 'utf8')
  bom = JSON.parse(text) as Bom
})

test('is CycloneDX, and the same bytes for the same lock', () => {
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' })
  expect(bom.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  make()
  expect(readFileSync('dist/sbom.cdx.json', 'utf8')).toBe(text)
})

test('names every package that is installed without --include=dev, once, with its hash', () => {
  const { packages } = json<Lock>('package-lock.json')
  const shipped = Object.entries(packages).flatMap(([path, { version, dev, devOptional }]) =>
    path === '' || dev || devOptional ? [] : [`${path.split('node_modules/').at(-1)}@${version}`],
  )
  const named = bom.components.map(({ name, version }) => `${name}@${version}`)
  expect(named.toSorted()).toEqual([...new Set(shipped)].toSorted())
  for (const { name, hashes } of bom.components)
    expect([name, hashes]).toEqual([
      name,
      [{ alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) }],
    ])
})

test('says of what each package is made, down from our own dependencies', () => {
  const refs = new Set(bom.components.map((one) => one['bom-ref']))
  const [own, ...others] = bom.dependencies
  const { dependencies } = json<{ dependencies: object }>('package.json')
  expect(
    own!.dependsOn.map((ref) => decodeURIComponent(ref.slice('pkg:npm/'.length)).replace(/@[^@]*$/, '')),
  ).toEqual(expect.arrayContaining(Object.keys(dependencies)))
  expect(others.map(({ ref }) => ref).toSorted()).toEqual([...refs].toSorted())
  for (const { dependsOn } of bom.dependencies) expect(dependsOn.filter((ref) => !refs.has(ref))).toEqual([])
})

test('the list of licences has a line for each', () => {
  const lines = readFileSync('dist/licences.txt', 'utf8').trim().split('\n')
  expect(lines).toHaveLength(bom.components.length)
  for (const line of lines) expect(line).toMatch(/^\S+ \S+: [A-Za-z0-9.-]+$/)
})
