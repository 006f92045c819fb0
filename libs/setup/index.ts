/** Prepares a database before it can serve: tables, rules, the roster of operators, the catalogue of platforms, the country's areas, partitions, an administrator. */
import { MOROCCO_CELL_COUNTS, MOROCCO_ATTRIBUTION, moroccoAreas } from '#places'
import type { AreaGeometry } from '#domain/place'
import { WORKING_RESOLUTION, cellsCentredIn } from '#geo'
import { hasAreas, importAreas } from '#store/areas'
import { migrate } from '#store/database'
import { hashPassword, insertAccount, listAccountNames } from '#store/people'
import { seedShippedCatalogue } from '#store/platforms'
import { ensureProbeMonths } from '#store/probes'
import { seedShippedSettings } from '#store/programme'
import { seedShippedRoster } from '#store/roster'
import { registerRules } from '#store/runs'
import { randomBytes } from 'node:crypto'
import type { DataSource } from 'typeorm'

/** Number of working cells whose centre lies in a polygon or multipolygon (GeoJSON). */
export const workingCellCountOf = (geometry: object): number =>
  cellsCentredIn(geometry as AreaGeometry, WORKING_RESOLUTION).length

/**
 * Migrates the database and fills in what is missing. It is safe to repeat and to run from several processes at once.
 * `report` gets a line for people when a step takes long. Throws where a migration or the import of the areas fails.
 */
export async function prepareDatabase(
  source: DataSource,
  now: Date,
  report: (text: string) => void,
): Promise<void> {
  await migrate(source)
  await registerRules(source.manager)
  await seedShippedRoster(source)
  await seedShippedCatalogue(source)
  await seedShippedSettings(source)
  await ensureProbeMonths(source.manager, partitionMonthsAround(now))
  if (await hasAreas(source.manager)) return
  report('Loading the regions and provinces …')
  const { refused } = await importAreas(source, moroccoAreas(), {
    source: MOROCCO_ATTRIBUTION,
    author: 'setup',
    cellCount: (geometry, code) => MOROCCO_CELL_COUNTS[code] ?? workingCellCountOf(geometry),
  })
  if (refused.length > 0)
    throw new Error(`importing the built-in areas failed: ${JSON.stringify(refused[0])}`)
}

/**
 * The months, as their first days (YYYY-MM-DD), for which partitions of probes are made: from the month before to three months
 * ahead, so that no probe of today has to wait for its partition.
 */
export function partitionMonthsAround(now: Date): string[] {
  return [-1, 0, 1, 2, 3].map((ahead) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + ahead, 1)).toISOString().slice(0, 10),
  )
}

export interface FirstAdministrator {
  name: string
  /** The password, which is shown once and must be changed at the first sign-in. */
  password: string
}

/** Creates the first administrator; null where an account already exists. */
export async function createFirstAdministrator(source: DataSource): Promise<FirstAdministrator | null> {
  if ((await listAccountNames(source.manager)).length > 0) return null
  const password = randomBytes(12).toString('base64url')
  const account = { name: 'admin', role: 'administrator', mustChangePassword: true } as const
  const isInserted = await insertAccount(
    source.manager,
    { ...account, passwordHash: await hashPassword(password) },
    'setup',
  )
  return isInserted ? { name: account.name, password } : null
}
