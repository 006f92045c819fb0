/** The configuration from the environment: pure, and every fault is named at once. */

export interface Config {
  port: number
  host: string
  /** postgres://…; absent for the embedded database. */
  databaseUrl: string | undefined
  dataDir: string
  /** A fresh start shows the demonstration country. */
  demo: boolean
  /** Raster tiles under the map; none unless configured, so that nothing leaves for the internet. */
  basemap: { url: string; attribution: string } | null
  /** Requests a minute that one address may read with; null for no limit. Not the page's own, nor tiles. */
  readRateLimitPerMinute: number | null
  /** SPDX name of the licence under which measurements, lists and claims are given out; null: exports say that none is stated. */
  dataLicence: string | null
  /** Webhooks may go to http:// on this machine: for tests. */
  webhooksLoopback: boolean
}

export class ConfigError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(`The configuration is wrong:\n${messages.map((f) => `  ${f}`).join('\n')}`)
  }
}

type Environment = Readonly<Record<string, string | undefined>>

export function loadConfig(env: Environment): Config {
  const faults: string[] = []
  const config: Config = {
    port: portOf(env.PORT || '3000', faults),
    host: env.HOST || '127.0.0.1',
    databaseUrl: databaseUrlOf(env.DATABASE_URL, faults),
    dataDir: env.DATA_DIR || '.data',
    demo: demoOf(env.DEMO, faults),
    basemap: env.BASEMAP_URL ? { url: env.BASEMAP_URL, attribution: env.BASEMAP_ATTRIBUTION ?? '' } : null,
    readRateLimitPerMinute: readRateLimitOf(env.RATE_LIMIT || '1200', faults),
    dataLicence: licenceOf(env.DATA_LICENCE, faults),
    webhooksLoopback: switchOf('WEBHOOKS_LOOPBACK', env.WEBHOOKS_LOOPBACK, faults),
  }
  if (faults.length > 0) throw new ConfigError(faults)
  return config
}

function portOf(text: string, faults: string[]): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    faults.push(`PORT is "${text}": a number from 0 to 65535 is needed`)
  return port
}

function databaseUrlOf(text: string | undefined, faults: string[]): string | undefined {
  if (text && !/^postgres(ql)?:\/\//.test(text))
    faults.push('DATABASE_URL does not start with postgres:// or postgresql://')
  return text || undefined
}

function switchOf(name: string, text: string | undefined, faults: string[]): boolean {
  if (text && text !== 'on' && text !== 'off') faults.push(`${name} is "${text}": on or off is needed`)
  return text === 'on'
}

function demoOf(text: string | undefined, faults: string[]): boolean {
  if (text && text !== 'on' && text !== 'off') faults.push(`DEMO is "${text}": on or off is needed`)
  return text !== 'off'
}

function readRateLimitOf(text: string, faults: string[]): number | null {
  if (text === 'off') return null
  const limit = Number(text)
  if (!/^\d{1,9}$/.test(text) || limit < 1)
    faults.push(`RATE_LIMIT is "${text}": requests a minute, or off, is needed`)
  return limit
}

function licenceOf(text: string | undefined, faults: string[]): string | null {
  if (text && !/^[A-Za-z0-9][A-Za-z0-9.+-]{1,63}$/.test(text))
    faults.push(`DATA_LICENCE is "${text}": an SPDX name like CC-BY-4.0 is needed`)
  return text || null
}
