/** A few places near Al Hoceima of which one line is known, under a rule that judges by the roster: what a campaign is made for. */
import { type Rule, SHIPPED_RULES } from '#domain/rule'
import { DAY_MS, HOUR_MS } from '#domain/units'
import { cellAt, centreOf } from '#geo'
import { upsertLocalities } from '#store/areas'
import { ensureProbeMonths } from '#store/probes'
import { addRosterEntry } from '#store/roster'
import { type RunRow, classify, saveRule } from '#store/runs'
import { partitionMonthsAround } from '#setup'
import { randomUUID } from 'node:crypto'
import { type KnownProbe, insertAsGiven, rowOf } from '../store/oracle.js'
import type { TestDatabase } from './database.js'

const COMMUNE = '01.051.01.01'
/** Cells with people near Al Hoceima: in the first two iam passes, in the others it finds no service. */
export const OPEN_CELLS = [0, 1, 2, 3].map((i) => cellAt(35.17 + i * 0.02, -3.93))
const PASSES = [true, true, false, false]
const PEOPLE = [800, 2500, 1200, 40]
const OPERATORS = ['iam', 'inwi', 'orange']

/** Writes the places, the roster, the rule `campaign` and the measurements, and classifies. */
export async function fillOpenPlaces(database: TestDatabase): Promise<{ rule: Rule; run: RunRow }> {
  const db = database.source.manager
  const now = new Date()
  await ensureProbeMonths(db, [
    ...partitionMonthsAround(now),
    ...partitionMonthsAround(new Date(now.getTime() - 60 * DAY_MS)),
  ])
  for (const operator of OPERATORS)
    await addRosterEntry(
      database.source,
      {
        operator,
        technologies: ['3g', '4g'],
        regionCodes: null,
        from: null,
        to: null,
        source: 'a test',
        isAssumption: true,
      },
      { author: 'test', comment: null },
    )
  await upsertLocalities(
    db,
    OPEN_CELLS.map((h3, i) => {
      const [lng, lat] = centreOf(h3)
      return {
        id: `L-${i}`,
        nameFr: `Aït <${i}>`,
        nameAr: `آيت ${i}`,
        kind: 'PPL',
        lat,
        lng,
        population: PEOPLE[i]!,
        communeCode: COMMUNE,
      }
    }),
  )
  const rule = await saveRule(database.source, {
    ...SHIPPED_RULES.find(({ id }) => id === 'ma-floor')!,
    id: 'campaign',
    default: false,
    classConfidence: 0.94,
    keepClassConfidence: 0.94,
    roster: { falseFailure: 0.03, falsePass: 0.01 },
  })
  await carryOut(
    database,
    OPEN_CELLS.map((h3, i) => ({
      h3,
      operator: 'iam',
      passes: PASSES[i]!,
      devices: 2,
      days: 4,
      samplesPerDay: 4,
      hours: 4,
    })),
    20,
  )
  return { rule, run: await classify(database.source, { rule, author: 'test' }) }
}

export interface Visit {
  h3: string
  operator: string
  passes: boolean
  devices: number
  days: number
  samplesPerDay: number
  hours: number
}

/** Makes the tests of visits that end some days ago; they are spread over as many hours as the visit says. */
export async function carryOut(
  database: TestDatabase,
  visits: readonly Visit[],
  endedDaysAgo: number,
): Promise<void> {
  const noon = Math.floor(Date.now() / DAY_MS) * DAY_MS + 12 * HOUR_MS
  const probes = visits.flatMap(({ h3, operator, passes, devices, days, samplesPerDay, hours }) =>
    Array.from({ length: devices }, () => randomUUID()).flatMap((device, d) =>
      Array.from({ length: days }, (_, day) => day).flatMap((day) =>
        Array.from({ length: samplesPerDay }, (_, i): KnownProbe => {
          const hour = (d + day + i) % hours
          return {
            id: randomUUID(),
            h3,
            measuredAt: new Date(
              noon - (endedDaysAgo + day) * DAY_MS + hour * HOUR_MS + (d * 10 + i) * 60_000,
            ).toISOString(),
            operator,
            technology: '4g',
            outcome: passes ? 'ok' : 'no_service',
            ...(passes && { downloadBps: 20_000_000 }),
            device,
            counted: true,
          }
        }),
      ),
    ),
  )
  await insertAsGiven(database.source, probes.map(rowOf))
}
