/** Fills a database with the demonstration country. Its probes go through the same ingest as those of devices. */
import { DEFAULT_RULE, SHIPPED_RULES } from '#domain/rule'
import { DAY_MS } from '#domain/units'
import { cellToSql } from '#geo'
import { ProbeWriter, ingest, recordsOfBody } from '#ingest'
import { PROVINCES, moroccoAreas } from '#places'
import { insertSimulatedCommunes, upsertLocalities } from '#store/areas'
import { type CoverageRow, importCoverage } from '#store/coverage'
import { type Device, insertDevice, newToken, sha256 } from '#store/people'
import { importPlan } from '#store/plan'
import { classifyAll } from '#store/runs'
import { hasRealData, upsertSites } from '#store/sites'
import type { DataSource } from 'typeorm'
import { addDemoDisputes } from './disputes.js'
import {
  DEMO_DAYS,
  type DemoProvince,
  demoClaims,
  demoProbes,
  demoProvinces,
  remotenessOf,
} from './country.js'
import { demoPlan } from './plan.js'

export const DEMO_SEED = 2030
const AUTHOR = 'demonstration'
/** Number of sites whose probes are sent at the same time: enough to fill a group of the writer. */
const SITES_AT_ONCE = 16

const SEATS = PROVINCES.map((p) => ({ provinceCode: p.code, lat: p.seatLat, lng: p.seatLng }))

/**
 * Builds the demonstration country and returns the number of its sites and of the probes that were new. Null where the database
 * has real data, which are never mixed with simulated ones, or a run. An interrupted build is continued. `report` gets a line
 * for people now and then.
 */
export async function buildDemo(
  source: DataSource,
  now: Date,
  report: (text: string) => void,
): Promise<{ sites: number; probes: number } | null> {
  if (await hasRealData(source.manager)) return null
  report('Building the demonstration country (simulated) …')
  const provinces = demoProvinces(moroccoAreas(), SEATS, DEMO_SEED)
  for (const province of provinces) {
    await insertSimulatedCommunes(source.manager, province.code, province.communes)
    await upsertSites(source.manager, province.sites, { author: AUTHOR, simulated: true })
    await upsertLocalities(source.manager, province.localities)
  }
  const probes = await sendProbes(source, provinces, now, report)
  await importDemoPlan(source, provinces, now)
  await declareCoverage(source, provinces, now)
  await classifyAll(source, SHIPPED_RULES, { author: AUTHOR })
  await addDemoDisputes(source, DEFAULT_RULE.id, now)
  return { sites: provinces.reduce((sum, p) => sum + p.sites.length, 0), probes }
}

/** The plan is imported before the first run, because the run judges its items. */
async function importDemoPlan(
  source: DataSource,
  provinces: readonly DemoProvince[],
  now: Date,
): Promise<void> {
  const sites = sitesOf(provinces).map(({ site, seat }) => ({
    site,
    probes: demoProbes(site, remotenessOf(site, seat), now, DEMO_SEED),
  }))
  const { refused } = await importPlan(source, demoPlan(sites, now, DEMO_SEED), {
    author: AUTHOR,
    source: null,
    comment: AUTHOR,
    simulated: true,
    now,
    preview: false,
  })
  if (refused[0]) throw new Error(`the simulated plan was rejected: ${JSON.stringify(refused[0])}`)
}

/** The day from which operators declare their coverage: that of the first probes. */
async function declareCoverage(
  source: DataSource,
  provinces: readonly DemoProvince[],
  now: Date,
): Promise<void> {
  const onDate = new Date(now.getTime() - DEMO_DAYS * DAY_MS).toISOString().slice(0, 10)
  const rows = sitesOf(provinces).flatMap(({ site, seat }) =>
    demoClaims(site, remotenessOf(site, seat), DEMO_SEED).map(({ h3, ...claim }): CoverageRow => ({
      ...claim,
      cell: cellToSql(h3),
      uploadBps: null,
      onDate,
    })),
  )
  await importCoverage(source, 'declared', rows, { source: AUTHOR, author: AUTHOR })
}

const sitesOf = (provinces: readonly DemoProvince[]) =>
  provinces.flatMap((p) =>
    p.sites.map((site) => ({ site, seat: SEATS.find((s) => s.provinceCode === p.code)! })),
  )

async function sendProbes(
  source: DataSource,
  provinces: readonly DemoProvince[],
  now: Date,
  report: (text: string) => void,
): Promise<number> {
  const writer = new ProbeWriter(source, 1)
  const sites = sitesOf(provinces)
  let sent = 0
  for (let i = 0; i < sites.length; i += SITES_AT_ONCE) {
    const batch = sites.slice(i, i + SITES_AT_ONCE)
    const results = await Promise.all(
      batch.map(async ({ site, seat }) => {
        const id = await insertDevice(source.manager, site.code, sha256(newToken()), AUTHOR)
        const device: Device = { id, siteCode: site.code, lat: site.lat, lng: site.lng }
        const probes = demoProbes(site, remotenessOf(site, seat), now, DEMO_SEED)
        return ingest(writer, [recordsOfBody(probes)], { device, clock: () => now.getTime() })
      }),
    )
    sent += results.reduce((sum, r) => sum + r.accepted, 0)
    if ((i / SITES_AT_ONCE) % 10 === 9) report(`  ${sent} simulated probes …`)
  }
  return sent
}
