/** A small database in which every OGC collection has rows, some of them with awkward values. */
import { type Technology } from '#domain/probe'
import { SHIPPED_RULES } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { cellAt, cellToSql, centreOf } from '#geo'
import { upsertLocalities } from '#store/areas'
import { importCoverage } from '#store/coverage'
import { ensureProbeMonths } from '#store/probes'
import { type RunRow, classify } from '#store/runs'
import { upsertSites } from '#store/sites'
import { gridDisk } from 'h3-js'
import { type KnownProbe, insertAsGiven, rowOf } from '../store/oracle.js'
import type { TestDatabase } from './database.js'

/** Number of rings of cells around an inland place. */
const RINGS = 3
export const OBSERVED_CELLS = gridDisk(cellAt(33.9, -5.5), RINGS)
const OPERATORS = ['iam', 'orange', 'inwi'] as const
const PROBES_PER_DEVICE = 24
const MAX_DEVICES = 5
/** Names on which a reader of spreadsheets, CSV or JSON may fail. */
export const AWKWARD_NAMES = [
  '=1+1',
  '-douar',
  '@home, "quoted"',
  'two\nlines',
  'دوار أيت عيسى',
  "l'école",
  '+212',
  'plain',
]

export const newUuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`

/** Index of the last device of a cell with all devices; it is the only one of its operator there. */
const LONE = MAX_DEVICES - 1

/** The probes that are public one by one: at least three devices of their cell measured the same network. */
export function publicProbes(now: Date): KnownProbe[] {
  return observedProbes(now).filter(({ h3, device }) => {
    const n = OBSERVED_CELLS.indexOf(h3)
    return devicesIn(n) >= 3 && device !== newUuid(900_000 + n * MAX_DEVICES + LONE)
  })
}

/** Number of devices in the n-th cell. */
export const devicesIn = (n: number) => n % (MAX_DEVICES + 1)

/** Probes from midnight on, so that their hours of the day do not depend on the time of the test. */
export function observedProbes(now: Date): KnownProbe[] {
  const midnight = Math.floor(now.getTime() / DAY_MS) * DAY_MS
  return OBSERVED_CELLS.flatMap((h3, n) =>
    // Probes of a cell without devices came from a file.
    Array.from({ length: Math.max(1, devicesIn(n)) }, (_, d) => d).flatMap((d) =>
      Array.from({ length: PROBES_PER_DEVICE }, (_, i): KnownProbe => {
        const key = (n * MAX_DEVICES + d) * PROBES_PER_DEVICE + i
        const ok = n % 7 !== 0
        return {
          id: newUuid(key + 1),
          h3,
          measuredAt: new Date(midnight - (1 + (key % 20)) * DAY_MS - key * 61_003).toISOString(),
          operator: OPERATORS[(n + (d === LONE ? 1 : 0)) % OPERATORS.length]!,
          technology: '4g',
          outcome: ok ? 'ok' : 'no_service',
          downloadBps: ok ? (n % 3) * 20e6 + 400_000 : null,
          uploadBps: ok ? 1e6 : null,
          latencyMs: ok ? 40.5 : null,
          device: devicesIn(n) === 0 ? null : newUuid(900_000 + n * MAX_DEVICES + d),
          counted: i !== 3,
        }
      }),
    ),
  )
}

export async function fillObservatory({ source }: TestDatabase, now: Date): Promise<RunRow> {
  const month = (back: number) =>
    new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - back, 1)).toISOString().slice(0, 10)
  await ensureProbeMonths(source.manager, [month(0), month(1)])
  await insertAsGiven(source, observedProbes(now).map(rowOf))
  const places = AWKWARD_NAMES.map((name, n) => {
    const [lng, lat] = centreOf(OBSERVED_CELLS[n]!)
    return { name, n, lng, lat, communeCode: '03.231.01.01' }
  })
  await upsertLocalities(
    source.manager,
    places.map(({ name, n, lng, lat, communeCode }) => ({
      id: `L${n}`,
      nameFr: name,
      nameAr: n % 2 ? name : null,
      kind: 'PPL',
      population: n % 3 ? n * 100 : null,
      communeCode: n % 4 ? communeCode : null,
      lat,
      lng,
    })),
  )
  await upsertSites(
    source.manager,
    places.map(({ name, n, lng, lat, communeCode }) => ({
      code: `S-${n}`,
      name,
      type: 'school' as const,
      communeCode,
      lat,
      lng,
      operator: n % 2 ? 'iam' : null,
      technology: n % 2 ? ('4g' as const) : null,
      contractedDownBps: n % 2 ? 20e9 : null,
    })),
    { author: 'test', simulated: false },
  )
  for (const kind of ['declared', 'planned'] as const)
    for (const speed of [30e6, 50e6])
      await importCoverage(source, kind, claims(kind, speed), { source: 'list.csv', author: 'test' })
  const rule = SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!
  return classify(source, { rule, author: 'test' })
}

/** Imports claims; the second import replaces some claims of the first. */
function claims(kind: 'declared' | 'planned', speed: number) {
  const dates = kind === 'declared' ? ['2026-01-01', '2026-06-30'] : ['2028-12-31']
  const some = OBSERVED_CELLS.filter((_, n) => n % 2 === 0 && (speed === 30e6 || n % 4 === 0))
  return some.flatMap((h3) =>
    dates.flatMap((onDate) =>
      [...OPERATORS, 'a. b/c?'].map((operator) => ({
        cell: cellToSql(h3),
        operator,
        technology: 'fibre' as Technology,
        onDate,
        downloadBps: speed,
        uploadBps: null,
      })),
    ),
  )
}
