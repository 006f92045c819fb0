/** A simulated plan over the demonstration's sites, of which the hidden truth makes some promises kept and some not. Pure. */
import { type SiteRecord } from '#domain/place'
import { type PlanRow } from '#domain/plan'
import { type ProbeInput, type Technology } from '#domain/probe'
import { type Random, seededRandom } from '#domain/random'
import { DEMO_DAYS } from './country.js'
import { pickRandom } from './random.js'

const DAY_MS = 86_400_000
/** Two sites in three. */
const SHARE_OF_SITES = 0.66
/** Bit/s: the national floor, and what the second plan speaks of. */
const TARGETS = [2e6, 2e6, 4e6, 10e6] as const
/** Days between the steps. */
const AWARD_TO_START_DAYS = 90
const START_TO_SERVICE_DAYS = 200

/** Each step with the share of the items that have reached it and no further. */
const STEP_SHARES = [
  ['planned', 0.12],
  ['awarded', 0.12],
  ['works', 0.16],
  ['late', 0.12],
  ['in_service', 1],
] as const

/** One item for most sites: one of the networks that are measured there, at a step of its way. */
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
  const day = (ahead: number) =>
    new Date(end.getTime() + Math.round(ahead) * DAY_MS).toISOString().slice(0, 10)
  const step = stepOf(random())
  // In service long enough ago for the demonstration's 90 days of probes to tell.
  const served = -Math.round(5 + random() ** 0.6 * (step === 'in_service' ? DEMO_DAYS + 150 : 0))
  const start =
    step === 'in_service' ? served - START_TO_SERVICE_DAYS * (0.6 + random()) : -20 - random() * 250
  const promise =
    step === 'in_service'
      ? served + (random() - 0.6) * 120
      : step === 'late'
        ? -5 - random() * 150
        : 40 + random() * 900
  const isNamed = step !== 'planned'
  const isBegun = step === 'works' || step === 'late' || step === 'in_service'
  return {
    operator: isNamed ? network.operator : null,
    technology: isNamed ? network.technology : null,
    targetBps: pickRandom(random, TARGETS),
    awardedOn: isNamed ? day(start - AWARD_TO_START_DAYS * (0.5 + random())) : null,
    startedOn: isBegun ? day(start) : null,
    promisedBy: day(promise),
    inServiceOn: step === 'in_service' ? day(served) : null,
  }
}

function stepOf(roll: number): (typeof STEP_SHARES)[number][0] {
  let sum = 0
  return STEP_SHARES.find(([, share]) => roll < (sum += share))![0]
}
