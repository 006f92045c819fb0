/** What the tests need beside npm's packages: PostgreSQL with PostGIS, a browser, a font with Arabic. */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { stop } from './ready.mjs'

const DEBIAN = ['postgresql', 'postgresql-postgis', 'chromium', 'fonts-noto-core']
const OLDEST_POSTGRESQL = 15

function hasPostgis() {
  const base = '/usr/lib/postgresql'
  if (!existsSync(base)) return false
  return readdirSync(base).some(
    (version) =>
      Number(version) >= OLDEST_POSTGRESQL &&
      existsSync(`${base}/${version}/bin/initdb`) &&
      existsSync(`/usr/share/postgresql/${version}/extension/postgis.control`),
  )
}

const hasChromium = () => existsSync('/usr/bin/chromium')
const hasArabic = () => spawnSync('fc-list', [':lang=ar'], { encoding: 'utf8' }).stdout?.trim() !== ''

/** Installs them as root or with sudo; otherwise says what to install and ends. */
export function needSystemPackages() {
  if (hasPostgis() && hasChromium() && hasArabic()) return
  const prefix = privileges()
  if (!prefix) stop(`Please install: apt-get install ${DEBIAN.join(' ')}`)
  process.stderr.write(`Installing ${DEBIAN.join(', ')} …\n`)
  apt(prefix, ['update', '-qq'])
  apt(prefix, ['install', '-y', '-qq', '--no-install-recommends', ...DEBIAN])
  if (!hasPostgis() || !hasChromium())
    stop(`These are still missing after the installation: ${DEBIAN.join(' ')}`)
}

/** What to put before apt-get; null when it cannot be run. */
function privileges() {
  if (!existsSync('/usr/bin/apt-get')) return null
  if (process.getuid?.() === 0) return []
  return spawnSync('sudo', ['-n', 'true']).status === 0 ? ['sudo', '-n'] : null
}

function apt(prefix, args) {
  const [command, ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', ...args]
  const done = spawnSync(command, rest, { encoding: 'utf8' })
  if (done.status !== 0) stop(`${done.stdout}${done.stderr}\napt-get ${args[0]} failed.`)
}
