/** A simulated plan over the demonstration's sites; the hidden truth decides which promises are kept. Pure. */
import { type SiteRecord } from '#domain/place'
import { type PlanRow } from '#domain/plan'
import { type ProbeInput, type Technology } from '#domain/probe'
import { type Random, seededRandom } from '#domain/random'
import { DAY_MS } from '#domain/units'
import { DEMO_DAYS } from './country.js'
import { pickRandom } from './random.js'

/** About two sites in three have a plan item. */
const SHARE_OF_SITES = 0.66
/** Promised speeds, bit/s: the national floor, and the speeds that the second plan names. */
const TARGETS = [2e6, 2e6, 4e6, 10e6] as const
/** Mean number of days between two steps. */
const AWARD_TO_START_DAYS = 90
const START_TO_SERVICE_DAYS = 200

/** Each step with the share of the items for which it is the latest step reached. The last step has the remainder. */
const STEP_SHARES = [
  ['planned', 0.12],
  ['awarded', 0.12],
  ['works', 0.16],
  ['late', 0.12],
  ['in_service', 1],
] as const

/** A plan with an item for two sites in three: a network that is measured there, at one of the steps. */
export function demoPlan(
  sites: readonly { site: SiteRecord; probes: readonly ProbeInput[] }[],
  end: Date,
  seed: number,
): PlanRow[] {
  const random = seededRandom(seed ^ 0x504c414e)
  return sites
    .filter(() => random() < SHARE_OF_SITES)
    .map(({ site, probes }, i): PlanRow => {
      const { operator, technology } = pickRandom(random, probes)
      return {
        line: i + 2,
        code: `SIM-PNHD2-${String(i + 1).padStart(4, '0')}`,
        place: { lat: site.lat, lng: site.lng },
        comment: null,
        fields: {
          nameFr: `Localité du plan ${i + 1}, ${site.name.split(', ').at(-1)!}`,
          nameAr: `تجمع المخطط ${i + 1}، ${(site.nameAr ?? '').split('، ').at(-1)!}`,
          areaCode: site.communeCode,
          ...datesOf(end, random, { operator: operator ?? null, technology: technology ?? null }),
        },
      }
    })
}

interface Network {
  operator: string | null
  technology: Technology | null
}

function datesOf(end: Date, random: Random, network: Network) {
  const dayAfter = (days: number) =>
    new Date(end.getTime() + Math.round(days) * DAY_MS).toISOString().slice(0, 10)
  const step = stepOf(random())
  // Some items are in service longer than the demonstration has probes, so that all of their probes count.
  const service = -Math.round(5 + random() ** 0.6 * (step === 'in_service' ? DEMO_DAYS + 150 : 0))
  const start =
    step === 'in_service' ? service - START_TO_SERVICE_DAYS * (0.6 + random()) : -20 - random() * 250
  const promise =
    step === 'in_service'
      ? service + (random() - 0.6) * 120
      : step === 'late'
        ? -5 - random() * 150
        : 40 + random() * 900
  const isAwarded = step !== 'planned'
  const isStarted = step === 'works' || step === 'late' || step === 'in_service'
  return {
    operator: isAwarded ? network.operator : null,
    technology: isAwarded ? network.technology : null,
    targetBps: pickRandom(random, TARGETS),
    awardedOn: isAwarded ? dayAfter(start - AWARD_TO_START_DAYS * (0.5 + random())) : null,
    startedOn: isStarted ? dayAfter(start) : null,
    promisedBy: dayAfter(promise),
    inServiceOn: step === 'in_service' ? dayAfter(service) : null,
  }
}

function stepOf(roll: number): (typeof STEP_SHARES)[number][0] {
  let sum = 0
  return STEP_SHARES.find(([, share]) => roll < (sum += share))![0]
}
