/** What the agent is told: a JSON file, or the environment. Every fault is named at once. */
import { TECHNOLOGIES, type Technology } from '#domain/probe'
import { readFileSync, statSync } from 'node:fs'

export interface AgentConfig {
  /** http(s)://host[:port] of the service. */
  server: string
  /** Holds the device's token and nothing else; readable by its owner only. */
  tokenFile: string
  spool: string
  operator: string | null
  technology: Technology | null
  /** For tests of this program's own line, in bytes; null: no limit. */
  monthlyBytes: number | null
  /** Of one direction of one test. */
  maxBytesPerTest: number | null
  /** Addresses elsewhere: only when these do not answer either is it the line, and not our server, that is dead. */
  references: string[]
}

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

/** The environment wins over the file named by TAGHTIYA_AGENT_CONFIG. */
export function loadConfig(env: Environment): AgentConfig {
  const file = env.TAGHTIYA_AGENT_CONFIG ? fileOf(env.TAGHTIYA_AGENT_CONFIG) : {}
  const faults: string[] = []
  const text = (name: Name): string | null => {
    const value = env[NAMES[name]] ?? file[name]
    return value === undefined || value === null || value === '' ? null : String(value)
  }
  const needed = (name: Name): string => {
    const value = text(name)
    if (value === null) faults.push(`${name} (${NAMES[name]}) is missing`)
    return value ?? ''
  }
  const bytes = (name: Name): number | null => {
    const value = text(name)
    if (value !== null && !/^\d{4,15}$/.test(value))
      faults.push(`${name} is "${value}": a number of bytes is needed`)
    return value === null ? null : Number(value)
  }
  const config: AgentConfig = {
    server: needed('server').replace(/\/+$/, ''),
    tokenFile: needed('tokenFile'),
    spool: needed('spool'),
    operator: text('operator'),
    technology: text('technology') as Technology | null,
    monthlyBytes: bytes('monthlyBytes'),
    maxBytesPerTest: bytes('maxBytesPerTest'),
    references: text('references')?.split(/[\s,]+/) ?? [],
  }
  for (const url of [config.server, ...config.references])
    if (url !== '' && !/^https?:\/\/[^/\s]+/.test(url))
      faults.push(`"${url}" does not begin with http:// or https://`)
  if (config.technology !== null && !TECHNOLOGIES.includes(config.technology))
    faults.push(`technology is "${config.technology}": one of ${TECHNOLOGIES.join(', ')}`)
  if (faults.length > 0)
    throw new AgentConfigError(`The configuration is wrong:\n${faults.map((f) => `  ${f}`).join('\n')}`)
  return config
}

function fileOf(path: string): Record<string, unknown> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
  } catch (error) {
    throw new AgentConfigError(`${path} cannot be read as JSON: ${(error as Error).message}`)
  }
}

/** Read anew for each delivery, so that another token takes effect at once. Never logged. */
export function readToken(path: string): string {
  const mode = statSync(path).mode & 0o777
  if ((mode & 0o077) !== 0)
    throw new AgentConfigError(`${path} may be read by others (mode ${mode.toString(8)}): chmod 600 ${path}`)
  const token = readFileSync(path, 'utf8').trim()
  if (!/^\S{20,200}$/.test(token)) throw new AgentConfigError(`${path} does not hold a device's token`)
  return token
}
