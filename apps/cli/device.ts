/** `device list|add|rename|rotate|replace|revoke`: the devices that measure at sites. */
import {
  type DeviceRow,
  insertDevice,
  listDevices,
  newToken,
  probeLink,
  recordChange,
  renameDevice,
  replaceDevice,
  revokeDevice,
  rotateDeviceToken,
  sha256,
} from '#store/people'
import { findSite } from '#store/sites'
import type { DataSource } from 'typeorm'
import { CommandError, type Output, UsageError } from './output.js'

interface DeviceOptions {
  source: DataSource
  author: string
  output: Output
  /** Address of the server for links. */
  publicUrl: string
  /** Id of a device. */
  subject: string | undefined
  values: { site?: string | undefined; name?: string | undefined }
}

const ACTIONS: Record<string, (options: DeviceOptions) => Promise<boolean>> = {
  list,
  add,
  rename,
  rotate,
  replace,
  revoke,
}

/** True when all of it was done. */
export async function runDevice(action: string | undefined, options: DeviceOptions): Promise<boolean> {
  const run = Object.hasOwn(ACTIONS, action ?? '') ? ACTIONS[action!] : undefined
  if (!run)
    throw new UsageError(`unknown or missing action; expected one of: ${Object.keys(ACTIONS).join(', ')}`)
  return run(options)
}

const PAGE = 1_000

async function list({ source, output, values }: DeviceOptions): Promise<boolean> {
  const items: DeviceRow[] = []
  for (let after: DeviceRow | null = null, isLast = false; !isLast;) {
    const page: DeviceRow[] = await listDevices(source.manager, {
      text: values.site,
      isRevokedToo: true,
      after,
      limit: PAGE,
    })
    items.push(...page)
    after = page.at(-1) ?? null
    isLast = page.length < PAGE
  }
  output.result(items.length > 0 ? items.map(lineOf) : ['there are no devices'], { items })
  return true
}

function lineOf({ id, name, siteCode, lastMeasuredAt, revokedAt }: DeviceRow): string {
  return [
    `${id}  ${siteCode}${name ? ` (${name})` : ''}`,
    lastMeasuredAt ? `last measured ${lastMeasuredAt.toISOString()}` : 'never measured',
    revokedAt && `revoked ${revokedAt.toISOString()}`,
  ]
    .filter(Boolean)
    .join('; ')
}

async function add({ source, values, author, output, publicUrl }: DeviceOptions): Promise<boolean> {
  if (!values.site) throw new UsageError('usage: device add --site CODE')
  if (!(await findSite(source.manager, values.site)))
    throw new CommandError(`no site has the code "${values.site}"`)
  const token = newToken()
  const id = await insertDevice(source.manager, values.site, sha256(token), author)
  await recordChange(source.manager, author, 'add device', id, { site: values.site })
  output.result([token], { id, site: values.site, token, link: probeLink(publicUrl, token) })
  return true
}

async function rename({ source, author, output, subject, values }: DeviceOptions): Promise<boolean> {
  const id = idOf(subject)
  const device = await renameDevice(source, id, values.name ?? null, author)
  if (!device) throw noActiveDevice(id)
  output.result([lineOf(device)], device)
  return true
}

async function rotate({ source, author, output, subject, publicUrl }: DeviceOptions): Promise<boolean> {
  const id = idOf(subject)
  const token = newToken()
  if (!(await rotateDeviceToken(source, id, sha256(token), author))) throw noActiveDevice(id)
  output.result([token], { id, token, link: probeLink(publicUrl, token) })
  return true
}

async function replace({ source, author, output, subject, publicUrl }: DeviceOptions): Promise<boolean> {
  const id = idOf(subject)
  const token = newToken()
  const replacement = await replaceDevice(source, id, sha256(token), author)
  if (!replacement) throw noActiveDevice(id)
  output.result([token], { id: replacement, replaced: id, token, link: probeLink(publicUrl, token) })
  return true
}

async function revoke({ source, author, output, subject }: DeviceOptions): Promise<boolean> {
  const id = idOf(subject)
  if (!(await revokeDevice(source.manager, id))) throw noActiveDevice(id)
  await recordChange(source.manager, author, 'revoke device', id)
  output.result([`device ${id} is revoked`], { revoked: id })
  return true
}

const noActiveDevice = (id: string) => new CommandError(`no active device has the id ${id}`)

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

function idOf(subject: string | undefined): string {
  if (!subject || !UUID.test(subject))
    throw new UsageError(`the id of a device is needed, as device list has it; it is "${subject ?? ''}"`)
  return subject
}
