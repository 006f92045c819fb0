/** The configuration, read from the environment. Pure; all errors are reported at once. */

export interface Config {
  port: number
  host: string
  /** postgres://…; undefined for the embedded database. */
  databaseUrl: string | undefined
  /** Folder of the embedded database and of everything that the server stores beside a database. */
  dataDir: string
  /** Whether an empty database is filled with the demonstration country. */
  demo: boolean
  /** Raster tiles under the map; null unless configured, so that the page makes no requests to the internet. */
  basemap: { url: string; attribution: string } | null
  /**
   * Read requests per minute that one address may make; null for no limit. The page's own requests and tiles do not count.
   */
  readRateLimitPerMinute: number | null
  /**
   * SPDX identifier of the licence under which measurements, lists and claims are published; null where none was chosen, which
   * exports then state.
   */
  dataLicence: string | null
  /** Whether webhooks may be delivered to http:// on this machine, for tests. */
  webhooksLoopback: boolean
}

/** Thrown if the environment is not a valid configuration; `messages` has one line for each error. */
export class ConfigError extends Error {
  constructor(readonly messages: readonly string[]) {
    super(`Invalid configuration:\n${messages.map((f) => `  ${f}`).join('\n')}`)
  }
}

type Environment = Readonly<Record<string, string | undefined>>

/** Reads the configuration. Unset and empty variables have their defaults. Throws ConfigError with all errors at once. */
export function loadConfig(env: Environment): Config {
  const errors: string[] = []
  const config: Config = {
    port: portOf(env.PORT || '3000', errors),
    host: env.HOST || '127.0.0.1',
    databaseUrl: databaseUrlOf(env.DATABASE_URL, errors),
    dataDir: env.DATA_DIR || '.data',
    demo: switchOf('DEMO', env.DEMO, true, errors),
    basemap: env.BASEMAP_URL ? { url: env.BASEMAP_URL, attribution: env.BASEMAP_ATTRIBUTION ?? '' } : null,
    readRateLimitPerMinute: readRateLimitOf(env.RATE_LIMIT || '1200', errors),
    dataLicence: licenceOf(env.DATA_LICENCE, errors),
    webhooksLoopback: switchOf('WEBHOOKS_LOOPBACK', env.WEBHOOKS_LOOPBACK, false, errors),
  }
  if (errors.length > 0) throw new ConfigError(errors)
  return config
}

function portOf(text: string, errors: string[]): number {
  const port = Number(text)
  if (!/^\d+$/.test(text) || port > 65_535)
    errors.push(`PORT must be a number from 0 to 65535; it is "${text}"`)
  return port
}

function databaseUrlOf(text: string | undefined, errors: string[]): string | undefined {
  if (text && !/^postgres(ql)?:\/\//.test(text))
    errors.push('DATABASE_URL must start with postgres:// or postgresql://')
  return text || undefined
}

function switchOf(name: string, text: string | undefined, defaultValue: boolean, errors: string[]): boolean {
  if (text && text !== 'on' && text !== 'off') errors.push(`${name} must be on or off; it is "${text}"`)
  return text ? text === 'on' : defaultValue
}

function readRateLimitOf(text: string, errors: string[]): number | null {
  if (text === 'off') return null
  const limit = Number(text)
  if (!/^\d{1,9}$/.test(text) || limit < 1)
    errors.push(`RATE_LIMIT must be a number of requests per minute, or off; it is "${text}"`)
  return limit
}

function licenceOf(text: string | undefined, errors: string[]): string | null {
  if (text && !/^[A-Za-z0-9][A-Za-z0-9.+-]{1,63}$/.test(text))
    errors.push(`DATA_LICENCE must be an SPDX identifier such as CC-BY-4.0; it is "${text}"`)
  return text || null
}
