/**
 * System packages for the tests: PostgreSQL with PostGIS, a browser, a font with Arabic, GDAL, clients of other tools.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { exitWithError } from './ready.mjs'

// The same minimum is in test/support/cluster.ts.
const MIN_POSTGRESQL = 15
const POSTGRESQL = '/usr/lib/postgresql'

/** Requirements, and the Debian packages that provide them. */
const NEEDS = [
  { packages: ['postgresql', 'postgresql-postgis'], isThere: hasPostgis },
  { packages: ['chromium'], isThere: () => existsSync('/usr/bin/chromium') },
  { packages: ['fonts-noto-core', 'fontconfig'], isThere: hasArabic },
  // GDAL reads the services and exports, as QGIS does.
  { packages: ['gdal-bin'], isThere: () => existsSync('/usr/bin/ogr2ogr') },
  // The tests run clients of other speed tests.
  { packages: ['iperf3'], isThere: () => existsSync('/usr/bin/iperf3') },
  { packages: ['speedtest-cli'], isThere: () => existsSync('/usr/bin/speedtest-cli') },
]

const isRoot = () => process.getuid?.() === 0

/** Installs missing packages as root or with sudo; otherwise prints what to install and ends. */
export function ensureSystemPackages() {
  const packages = missingPackages()
  if (packages.length === 0) return
  const wanted = `apt-get install --no-install-recommends ${packages.join(' ')}`
  const prefix = privileges()
  if (!prefix)
    exitWithError(
      `The tests need PostgreSQL with PostGIS, Chromium, an Arabic font, GDAL and the clients of other speed tests. As root:\n  ${wanted}`,
    )
  process.stderr.write(`Installing ${packages.join(', ')} …\n`)
  apt(prefix, ['update', '-qq'])
  apt(prefix, ['install', '-y', '-qq', '--no-install-recommends', ...packages])
  if (missingPackages().length > 0)
    exitWithError(`Still missing after the installation: ${missingPackages().join(' ')}`)
}

const missingPackages = () => NEEDS.filter((need) => !need.isThere()).flatMap((need) => need.packages)

function hasPostgis() {
  if (!existsSync(POSTGRESQL)) return false
  return readdirSync(POSTGRESQL).some(
    (version) =>
      Number(version) >= MIN_POSTGRESQL &&
      existsSync(`${POSTGRESQL}/${version}/bin/initdb`) &&
      existsSync(`/usr/share/postgresql/${version}/extension/postgis.control`),
  )
}

function hasArabic() {
  const fonts = spawnSync('fc-list', [':lang=ar'], { encoding: 'utf8' })
  return fonts.status === 0 && fonts.stdout.trim() !== ''
}

/** Arguments before apt-get; null if it cannot be run. */
function privileges() {
  if (!existsSync('/usr/bin/apt-get')) return null
  if (isRoot()) return []
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null
}

function apt(prefix, args) {
  // Another apt-get may be running on a machine that has just started.
  const call = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args]
  const [command, ...rest] = [...prefix, ...call]
  const done = spawnSync(command, rest, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  if (done.status !== 0) exitWithError(`${done.stdout}${done.stderr}\napt-get ${args[0]} failed.`)
}
