/**
 * Writes what the built program consists of beside it: `dist/sbom.cdx.json` (CycloneDX 1.5) and `dist/licences.txt`. Both are
 * made from package-lock.json alone, so that the same lock gives the same bytes. Fails on a licence that nobody has decided on.
 */
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT, exitWithError } from './ready.mjs'

/** Licences that may be shipped with a program under Apache-2.0; ODbL is that of the boundaries, which every map names. */
const ALLOWED = new Set([
  'Apache-2.0',
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Unlicense',
  '0BSD',
  'Python-2.0',
  'ODbL-1.0',
])

const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))
const { '': root, ...packages } = lock.packages
/** Everything that `npm ci --omit=dev` installs, by its path. */
const shipped = Object.entries(packages).filter(
  ([, { dev, devOptional, link }]) => !dev && !devOptional && !link,
)

const shippedPaths = new Set(shipped.map(([path]) => path))

const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const purlOf = (name, version) => `pkg:npm/${name.replace(/^@/, '%40')}@${version}`
const refOf = (path) => purlOf(nameOf(path), packages[path].version)

/** The path of a dependency as Node resolves it from a package: the nearest folder upwards. */
function resolvedPath(from, name) {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    const path = `${folder}${folder === '' ? '' : '/'}node_modules/${name}`
    if (path in packages) return path
    if (folder === '') return null
  }
}

function dependsOn(from, { dependencies = {}, optionalDependencies = {}, peerDependencies = {} }) {
  const names = Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies })
  const paths = names.map((name) => resolvedPath(from, name)).filter((path) => path !== null)
  return [...new Set(paths.filter((path) => shippedPaths.has(path)).map(refOf))].toSorted()
}

function componentOf([path, { version, license, integrity }]) {
  const name = nameOf(path)
  const [algorithm, hash] = integrity?.split('-') ?? []
  return {
    type: 'library',
    'bom-ref': purlOf(name, version),
    name,
    version,
    purl: purlOf(name, version),
    licenses: [{ license: { id: license } }],
    ...(algorithm === 'sha512' && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }],
    }),
  }
}

const byRef = (a, b) => (a['bom-ref'] < b['bom-ref'] ? -1 : 1)
const components = [
  ...new Map(shipped.map(componentOf).map((one) => [one['bom-ref'], one])).values(),
].toSorted(byRef)
const undecided = components.filter(({ licenses: [{ license }] }) => !ALLOWED.has(license.id))
if (undecided.length > 0)
  exitWithError(
    `No decision on the licences of: ${undecided.map((one) => `${one.name} (${one.licenses[0].license.id})`).join(', ')}.`,
  )

const self = {
  type: 'application',
  'bom-ref': 'taghtiya',
  name: root.name,
  version: root.version,
  licenses: [{ license: { id: root.license } }],
}
const dependencies = [
  { ref: 'taghtiya', dependsOn: dependsOn('', { dependencies: root.dependencies }) },
  ...new Map(
    shipped.map(([path, one]) => [refOf(path), { ref: refOf(path), dependsOn: dependsOn(path, one) }]),
  ).values(),
]
const digest = createHash('sha256').update(JSON.stringify(components)).digest('hex')
const bom = {
  bomFormat: 'CycloneDX',
  specVersion: '1.5',
  serialNumber: `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-5${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
  version: 1,
  metadata: { lifecycles: [{ phase: 'build' }], component: self },
  components,
  dependencies,
}
mkdirSync(join(ROOT, 'dist'), { recursive: true })
writeFileSync(join(ROOT, 'dist/sbom.cdx.json'), `${JSON.stringify(bom, null, 1)}\n`)
writeFileSync(
  join(ROOT, 'dist/licences.txt'),
  components
    .map(({ name, version, licenses: [{ license }] }) => `${name} ${version}: ${license.id}\n`)
    .join(''),
)
