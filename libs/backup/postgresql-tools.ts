/** PostgreSQL's own tools for a database on a server. They must be of its version or a newer one. */
import { spawn } from 'node:child_process'
import { BackupError } from './backup-error.js'

/** Lines of a tool's complaint that are shown. */
const MAX_LINES = 5

/**
 * Runs pg_dump or pg_restore on the database at `url`. The password goes by the environment, because arguments are seen by
 * everybody on the machine. `told` gets each line that the tool says of its progress.
 */
export async function runTool(
  tool: 'pg_dump' | 'pg_restore',
  url: string,
  args: readonly string[],
  told: (line: string) => void,
): Promise<void> {
  const { address, password } = withoutPassword(url)
  const child = spawn(tool, ['--verbose', '--no-password', '--dbname', address, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(password && { PGPASSWORD: password }), LC_ALL: 'C' },
  })
  const errors: string[] = []
  let rest = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop()!
    for (const line of lines) isComplaint(line) ? errors.push(line) : told(line)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new BackupError(`${tool} is not installed: on Debian it is in the package postgresql-client`)
          : error,
      ),
    )
    child.once('close', resolve)
  })
  if (code === 0) return
  throw new BackupError([`${tool} failed:`, ...errors.slice(0, MAX_LINES)].join('\n'))
}

/** A complaint; what follows it in "Command was:" is a statement, which nobody needs to see. */
const isComplaint = (line: string) => /^pg_(dump|restore): (error|detail|hint):/.test(line)

/** The address without the password, in which it is written as in an address (`%40` for `@`). */
function withoutPassword(url: string): { address: string; password: string } {
  const [whole, before, password] = /^([a-z]+:\/\/[^:@/?#]*):([^@/?#]*)@/.exec(url) ?? []
  if (whole === undefined) return { address: url, password: '' }
  return { address: `${before}@${url.slice(whole.length)}`, password: decodeURIComponent(password!) }
}
