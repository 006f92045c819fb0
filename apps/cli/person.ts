/** `person export|erase NAME`: what is kept of a person, and its erasure. */
import { erasePerson, personalDataOf } from '#store/personal'
import { writeFile } from 'node:fs/promises'
import { recordEvent } from '#store/people'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

interface PersonOptions {
  source: DataSource
  author: string
  output: Output
  name: string | undefined
  values: { out?: string | undefined; comment?: string | undefined; device?: string | undefined }
}

/** True when it was done. */
export async function runPerson(action: string | undefined, options: PersonOptions): Promise<boolean> {
  const { name } = options
  if ((action !== 'export' && action !== 'erase') || !name)
    throw new UsageError(
      'usage: person export NAME --out FILE, or person erase NAME --comment TEXT [--device ID,ID]',
    )
  return action === 'export' ? exportPerson(name, options) : erase(name, options)
}

async function exportPerson(
  name: string,
  { source, author, output, values }: PersonOptions,
): Promise<boolean> {
  if (!values.out) throw new UsageError('person export needs --out FILE')
  const data = await personalDataOf(source.manager, name)
  const tables = Object.entries(data.tables)
  if (tables.length === 0) throw new CommandError(`nothing is kept of "${name}"`)
  await recordEvent(source.manager, { kind: 'export', author, action: 'export personal data', subject: name })
  await writeFile(values.out, `${JSON.stringify(data, null, 2)}\n`, { mode: 0o600 })
  output.result(
    [`${tables.map(([table, rows]) => `${table}: ${rows.length}`).join(', ')}; written to ${values.out}`],
    { name, rows: Object.fromEntries(tables.map(([table, rows]) => [table, rows.length])) },
  )
  return true
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

async function erase(name: string, { source, author, output, values }: PersonOptions): Promise<boolean> {
  const { comment, device = '' } = values
  if (!comment?.trim()) throw new UsageError('person erase needs --comment: the reason, without the name')
  const devices = device.split(',').flatMap((id) => id.trim() || [])
  const wrong = devices.find((id) => !UUID.test(id))
  if (wrong !== undefined) throw new UsageError(`--device must have ids of devices; one is "${wrong}"`)
  const result = await erasePerson(source, { name, devices, comment, author })
  if ('refused' in result)
    throw new CommandError(
      result.refused === 'unknown'
        ? `there is no account "${name}"`
        : `"${name}" is the last administrator: name another one first`,
    )
  const rows = Object.entries(result.rows).map(([table, count]) => `${table}: ${count}`)
  output.result([`"${name}" is "${result.pseudonym}" from now on (${rows.join(', ')})`], result)
  return true
}
