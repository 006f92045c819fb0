/** What every database needs before it can serve: tables, rules, the country's areas, partitions, an administrator. */
import { MOROCCO_CELL_COUNTS, MOROCCO_ATTRIBUTION, moroccoAreas } from '#places'
import { type Shape, WORKING_RESOLUTION, cellsCentredIn } from '#geo'
import { hasAreas, importAreas } from '#store/areas'
import { migrate } from '#store/database'
import { hashPassword, insertAccount, listAccounts } from '#store/people'
import { ensureProbeMonths } from '#store/probes'
import { registerRules } from '#store/runs'
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'

/** Counts the working cells of an area. */
export const workingCellCountOf = (geometry: object): number =>
  cellsCentredIn(geometry as Shape, WORKING_RESOLUTION).length

/** Safe to repeat and to run from several processes at once. `report` tells people what takes long. */
export async function prepareDatabase(
  source: DataSource,
  now: Date,
  report: (text: string) => void,
): Promise<void> {
  await migrate(source)
  await registerRules(source.manager)
  await ensureProbeMonths(source.manager, partitionMonthsAround(now))
  if (await hasAreas(source.manager)) return
  report('Loading the regions and provinces …')
  const { refused } = await importAreas(source, moroccoAreas(), {
    source: MOROCCO_ATTRIBUTION,
    author: 'setup',
    cellCount: (geometry, code) => MOROCCO_CELL_COUNTS[code] ?? workingCellCountOf(geometry),
  })
  if (refused.length > 0)
    throw new Error(`the country's own areas were refused: ${JSON.stringify(refused[0])}`)
}

/** Partitions are made for the month before, this one and three ahead: no probe of today waits for one. */
export function partitionMonthsAround(now: Date): string[] {
  return [-1, 0, 1, 2, 3].map((ahead) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10),
  )
}

export interface FirstAdministrator {
  name: string
  /** Shown once; it may only be used to set another. */
  password: string
}

/** Makes the administrator where there is no account yet. */
export async function createFirstAdministrator(source: DataSource): Promise<FirstAdministrator | null> {
  if ((await listAccounts(source.manager)).length > 0) return null
  const password = randomBytes(12).toString('base64url')
  const account = { name: 'admin', role: 'administrator', mustChangePassword: true } as const
  const made = await insertAccount(
    source.manager,
    { ...account, passwordHash: await hashPassword(password) },
    'setup',
  )
  return made ? { name: account.name, password } : null
}
