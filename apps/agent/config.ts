/** The agent's configuration: a JSON file, or the environment. All errors are reported at once. */
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { readFileSync, statSync } from 'node:fs'

export interface AgentConfig {
  /** http(s)://host[:port] of the service. */
  server: string
  /** File that contains the device's token and nothing else; only its owner may read it. */
  tokenFile: string
  /** Folder of the spool and of the agent's state. */
  spool: string
  operator: string | null
  technology: Technology | null
  /** Bytes that the tests may use in a month; null for no limit. */
  monthlyBytes: number | null
  /** Bytes of one direction of one test; null for no limit. */
  maxBytesPerTest: number | null
  /** URLs of other servers. The line counts as down only if these do not answer either. */
  references: string[]
}

/** Thrown if the configuration or the token file is not usable; the message is for people. */
export class AgentConfigError extends Error {}

const NAMES = {
  server: 'TAGHTIYA_SERVER',
  tokenFile: 'TAGHTIYA_TOKEN_FILE',
  spool: 'TAGHTIYA_SPOOL',
  operator: 'TAGHTIYA_OPERATOR',
  technology: 'TAGHTIYA_TECHNOLOGY',
  monthlyBytes: 'TAGHTIYA_MONTHLY_BYTES',
  maxBytesPerTest: 'TAGHTIYA_MAX_BYTES',
  references: 'TAGHTIYA_REFERENCES',
} as const
type Name = keyof typeof NAMES

type Environment = Readonly<Record<string, string | undefined>>

/**
 * Reads the configuration; the environment takes precedence over the file that TAGHTIYA_AGENT_CONFIG names. Throws
 * AgentConfigError with all errors at once.
 */
export function loadConfig(env: Environment): AgentConfig {
  const file = env.TAGHTIYA_AGENT_CONFIG ? fileOf(env.TAGHTIYA_AGENT_CONFIG) : {}
  const errors: string[] = []
  const text = (name: Name): string | null => {
    const value = env[NAMES[name]] ?? file[name]
    return value === undefined || value === null || value === '' ? null : String(value)
  }
  const requiredText = (name: Name): string => {
    const value = text(name)
    if (value === null) errors.push(`${name} (${NAMES[name]}) is missing`)
    return value ?? ''
  }
  const bytes = (name: Name): number | null => {
    const value = text(name)
    if (value !== null && !/^\d{4,15}$/.test(value))
      errors.push(`${name} must be a number of bytes; it is "${value}"`)
    return value === null ? null : Number(value)
  }
  const config: AgentConfig = {
    server: requiredText('server').replace(/\/+$/, ''),
    tokenFile: requiredText('tokenFile'),
    spool: requiredText('spool'),
    operator: text('operator'),
    technology: text('technology') as Technology | null,
    monthlyBytes: bytes('monthlyBytes'),
    maxBytesPerTest: bytes('maxBytesPerTest'),
    references: text('references')?.split(/[\s,]+/) ?? [],
  }
  for (const url of [config.server, ...config.references])
    if (url !== '' && !/^https?:\/\/[^/\s]+/.test(url))
      errors.push(`"${url}" must begin with http:// or https://`)
  if (config.technology !== null && !TECHNOLOGIES.includes(config.technology))
    errors.push(`technology must be one of ${TECHNOLOGIES.join(', ')}; it is "${config.technology}"`)
  if (errors.length > 0)
    throw new AgentConfigError(`Invalid configuration:\n${errors.map((error) => `  ${error}`).join('\n')}`)
  return config
}

function fileOf(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (error) {
    throw new AgentConfigError(`${path} cannot be read as JSON: ${(error as Error).message}`)
  }
}

/**
 * The device's token. It is read again for each delivery, so that a new token takes effect at once, and it is never logged.
 * Throws AgentConfigError where others may read the file or where it does not contain a token.
 */
export function readToken(path: string): string {
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0)
    throw new AgentConfigError(
      `${path} is readable by others (mode ${mode.toString(8)}): run chmod 600 ${path}`,
    )
  const token = readFileSync(path, 'utf8').trim()
  if (!/^\S{20,200}$/.test(token)) throw new AgentConfigError(`${path} does not contain a device token`)
  return token
}
