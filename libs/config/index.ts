/** The configuration, read from the environment. Pure; all errors are reported at once. */

import { type OidcConfig, oidcOf } from './oidc.js'

export type { OidcConfig }

/** A line of the log is written if its level is this one or stands before it. */
export const LOG_LEVELS = ['error', 'warn', 'info'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

/** `text`: sentences for whoever started the server; `json`: an object a line, also for each request and job. */
export const LOG_FORMATS = ['text', 'json'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]

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
  /**
   * The addresses under which clients know the server, without a slash at the end, the usual one first:
   * `https://obs.example.ma`. Empty where links repeat the address of the request.
   */
  publicUrls: readonly string[]
  /** Addresses and networks of proxies on other machines that are believed about who asks: `10.0.4.2`, `10.0.4.0/24`. */
  trustedProxies: readonly string[]
  /** The token by which other machines may read /metrics; null where only this machine may. */
  metricsToken: string | null
  /** Time, ms, after which a worker that gives no sign of life is passed over: its sessions are ended, it is started again. */
  workerLeaseMs: number
  /** The provider by which people sign in beside accounts with a password; null if there is none. */
  oidc: OidcConfig | null
  /** The file with the keys that seal secrets in the database. */
  secretsKeyFile: string
  /** Processes that answer requests on the one address: each uses a core. */
  apiProcesses: number
  logLevel: LogLevel
  logFormat: LogFormat
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
    publicUrls: publicUrlsOf(env.PUBLIC_URL || '', errors),
    trustedProxies: trustedProxiesOf(env.TRUST_PROXY || '', errors),
    metricsToken: metricsTokenOf(env.METRICS_TOKEN, errors),
    workerLeaseMs: workerLeaseOf(env.WORKER_LEASE_SECONDS || '60', errors),
    oidc: oidcOf(env, Boolean(env.PUBLIC_URL), errors),
    secretsKeyFile: env.SECRETS_KEY_FILE || `${env.DATA_DIR || '.data'}/secrets.key`,
    apiProcesses: apiProcessesOf(env, errors),
    logLevel: choiceOf('LOG_LEVEL', LOG_LEVELS, env.LOG_LEVEL || 'info', errors),
    logFormat: choiceOf('LOG_FORMAT', LOG_FORMATS, env.LOG_FORMAT || 'text', errors),
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

function choiceOf<T extends string>(name: string, choices: readonly T[], text: string, errors: string[]): T {
  if (!choices.includes(text as T)) errors.push(`${name} must be ${choices.join(', ')}; it is "${text}"`)
  return text as T
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

function publicUrlsOf(text: string, errors: string[]): string[] {
  const urls = text.split(',').flatMap((url) => url.trim().replace(/\/+$/, '') || [])
  const invalid = urls.find((url) => !/^https?:\/\/[^/?#@\s]+(\/[\w.~-]+)*$/.test(url) || !URL.canParse(url))
  if (invalid !== undefined)
    errors.push(`PUBLIC_URL must be an address such as https://obs.example.ma; it is "${invalid}"`)
  return urls
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/

function trustedProxiesOf(text: string, errors: string[]): string[] {
  const proxies = text.split(',').flatMap((proxy) => proxy.trim() || [])
  const invalid = proxies.find((proxy) => !isAddressOrNetwork(proxy))
  if (invalid !== undefined)
    errors.push(
      `TRUST_PROXY must be addresses or networks such as 10.0.4.2 or 10.0.4.0/24; it is "${invalid}"`,
    )
  return proxies
}

/** A network must not be everybody: who is believed may name any address. */
function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/')
  const parts = IPV4.exec(address)?.slice(1).map(Number)
  const isAddress = parts ? parts.every((part) => part < 256) : isIpv6(address)
  const isNetwork =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= (parts ? 32 : 128))
  return more.length === 0 && isAddress && isNetwork
}

/** The parser of web addresses takes what is in brackets for an IPv6 address, or refuses it. */
const isIpv6 = (text: string): boolean => text.includes(':') && URL.canParse(`http://[${text}]/`)

function metricsTokenOf(text: string | undefined, errors: string[]): string | null {
  if (text && !/^\S{16,200}$/.test(text))
    errors.push('METRICS_TOKEN must have 16 to 200 characters and no spaces')
  return text || null
}

function workerLeaseOf(text: string, errors: string[]): number {
  const seconds = Number(text)
  if (!/^\d{1,4}$/.test(text) || seconds < 3)
    errors.push(`WORKER_LEASE_SECONDS must be a number of seconds from 3 to 9999; it is "${text}"`)
  return seconds * 1000
}

/** Each process has up to 16 connections to the database. */
const MAX_API_PROCESSES = 32

function apiProcessesOf({ API_PROCESSES, DATABASE_URL }: Environment, errors: string[]): number {
  const text = API_PROCESSES || '1'
  const count = Number(text)
  if (!/^\d{1,2}$/.test(text) || count < 1 || count > MAX_API_PROCESSES)
    errors.push(`API_PROCESSES must be a number from 1 to ${MAX_API_PROCESSES}; it is "${text}"`)
  else if (count > 1 && !DATABASE_URL)
    errors.push(
      `API_PROCESSES is "${text}", and the embedded database serves one process: set DATABASE_URL, or leave API_PROCESSES at 1`,
    )
  return count
}
