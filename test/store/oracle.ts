/** The classification by hand: groups probes in plain TypeScript and asks the pure functions. */
import { type ProbeInput, columnsOf } from '#domain/probe'
import { type Rule } from '#domain/rule'
import {
  type JudgedNetwork,
  type NetworkEvidence,
  type Verdict,
  isJudgeableSample,
  networkVerdict,
  isPassingSample,
  verdictOf,
} from '#domain/verdict'
import { cellToSql, centreOf } from '#geo'
import { type Queryable } from '#store/database'
import { type ProbeRow, insertProbes } from '#store/probes'
import { evidenceAt, listVerdicts } from '#store/verdicts'
import { createHash } from 'node:crypto'
import type { DataSource } from 'typeorm'

export interface KnownProbe extends ProbeInput {
  h3: string
  device: string | null
  counted: boolean
}

const LOCAL = new Intl.DateTimeFormat('en-CA', {
  timeZone: 'Africa/Casablanca',
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  hourCycle: 'h23',
})

function localTime(measuredAt: string): { day: string; hour: number } {
  const parts = Object.fromEntries(LOCAL.formatToParts(new Date(measuredAt)).map((p) => [p.type, p.value]))
  return { day: `${parts['year']}-${parts['month']}-${parts['day']}`, hour: Number(parts['hour']) }
}

export type Verdicts = Map<string, Verdict & { networks: JudgedNetwork[] }>

export function classifyByHand(rule: Rule, probes: readonly KnownProbe[], from: Date, to: Date): Verdicts {
  const cells = new Map<string, Map<string, KnownProbe[]>>()
  for (const probe of probes) {
    const at = Date.parse(probe.measuredAt)
    if (!probe.counted || at < from.getTime() || at >= to.getTime()) continue
    if (!isJudgeableSample(rule, probe, localTime(probe.measuredAt).hour)) continue
    const networks = cells.get(probe.h3) ?? new Map<string, KnownProbe[]>()
    const key = JSON.stringify([probe.operator ?? null, probe.technology ?? null])
    networks.set(key, [...(networks.get(key) ?? []), probe])
    cells.set(probe.h3, networks)
  }
  const verdicts: Verdicts = new Map()
  for (const [h3, networks] of cells) {
    const evidence = [...networks.values()]
      .map((some) => evidenceOf(rule, some, to))
      .sort(byOperatorAndTechnology)
    const judged = evidence.map((n) => ({ ...n, state: networkVerdict(rule, n).state }))
    verdicts.set(h3, { ...verdictOf(rule, evidence), networks: judged })
  }
  return verdicts
}

const isPeak = (hour: number) => hour >= 19 && hour < 23

function evidenceOf(rule: Rule, probes: readonly KnownProbe[], to: Date): NetworkEvidence {
  const distinct = (values: unknown[]) => new Set(values).size
  const times = new Map(probes.map((p) => [p, localTime(p.measuredAt)]))
  const day = (p: KnownProbe) => times.get(p)!.day
  const passed = probes.filter((p) => isPassingSample(rule, p))
  const failed = probes.filter((p) => !isPassingSample(rule, p))
  const counts = {
    samples: probes.length,
    passes: passed.length,
    noService: probes.filter((p) => p.outcome === 'no_service').length,
    peakSamples: probes.filter((p) => isPeak(times.get(p)!.hour)).length,
    devices: distinct(probes.map((p) => p.device)),
    passDevices: distinct(passed.map((p) => p.device)),
    failDevices: distinct(failed.map((p) => p.device)),
    days: distinct(probes.map(day)),
    passDays: distinct(passed.map(day)),
    failDays: distinct(failed.map(day)),
    hours: distinct(probes.map((p) => times.get(p)!.hour)),
    lastMeasuredAt: Math.max(...probes.map((p) => Date.parse(p.measuredAt))),
  }
  const settled = probes.filter((p) => day(p) < daysBefore(to, rule.settleDays))
  const [weight, passWeight] = weigh(rule, probes, day, to)
  const [settledWeight, settledPassWeight] = weigh(rule, settled, day, to)
  return {
    operator: probes[0]!.operator ?? null,
    technology: probes[0]!.technology ?? null,
    ...counts,
    weight,
    passWeight,
    settledWeight,
    settledPassWeight,
    declaredBps: null,
    plannedBy: null,
  }
}

function grouped(probes: readonly KnownProbe[], key: (p: KnownProbe) => string): Map<string, KnownProbe[]> {
  const groups = new Map<string, KnownProbe[]>()
  for (const probe of probes) groups.set(key(probe), [...(groups.get(key(probe)) ?? []), probe])
  return groups
}

const daysBefore = (to: Date, days: number): string =>
  new Date(Date.parse(localTime(to.toISOString()).day) - days * 86_400_000).toISOString().slice(0, 10)

/** Thousandths of samples and of passes: capped by device and day, halved by age, capped by device. */
function weigh(
  rule: Rule,
  probes: readonly KnownProbe[],
  day: (p: KnownProbe) => string,
  to: Date,
): [number, number] {
  const half = rule.halfWeightAfterDays
  let [weight, passWeight] = [0, 0]
  for (const ofDevice of grouped(probes, (p) => String(p.device)).values()) {
    let [all, passed] = [0, 0]
    for (const [date, some] of grouped(ofDevice, day)) {
      const unit = half !== null && date < daysBefore(to, half) ? 500 : 1000
      const capped = Math.min(some.length, rule.deviceDayCap) * unit
      all += capped
      passed += Math.floor((some.filter((p) => isPassingSample(rule, p)).length * capped) / some.length)
    }
    const cap = rule.deviceCap * 1000
    weight += Math.min(all, cap)
    passWeight += all > cap ? Math.floor((passed * cap) / all) : passed
  }
  return [weight, passWeight]
}

/** What nobody named comes first. */
function byOperatorAndTechnology(a: NetworkEvidence, b: NetworkEvidence): number {
  const text = (n: NetworkEvidence) => `${n.operator ?? ''}\u0001${n.technology ?? ''}`
  return text(a) < text(b) ? -1 : 1
}

/** Every verdict of a run with its evidence, as the store reads them. */
export async function storedVerdicts(db: Queryable, run: { id: number; series: number }): Promise<Verdicts> {
  const ranges = [{ low: '0', high: '9223372036854775807' }]
  const verdicts: Verdicts = new Map()
  for (const { h3, class: colour, confidence } of await listVerdicts(db, run, {
    after: '0',
    limit: 10_000,
    class: null,
    ranges,
  }))
    verdicts.set(h3, { class: colour, confidence, networks: await evidenceAt(db, run, cellToSql(h3)) })
  return verdicts
}

/** Exclusive or of the SHA-256 of each cell's line. */
export function digestOf(verdicts: Verdicts): string {
  const digest = Buffer.alloc(32)
  for (const [h3, { class: colour, confidence }] of verdicts) {
    const line = `${h3} ${colour} ${Math.round(confidence * 1000)}\n`
    createHash('sha256')
      .update(line)
      .digest()
      .forEach((byte, i) => (digest[i]! ^= byte))
  }
  return digest.toString('hex')
}

/** Writes rows as they are: whether they count was decided by the test. */
export const insertAsGiven = (source: DataSource, rows: readonly ProbeRow[]): Promise<Set<string>> =>
  insertProbes(source, rows, async (_tx, newRows) => ({ rows: newRows, histories: new Map() }))

/** As the ingest would write it. */
export function rowOf(probe: KnownProbe): ProbeRow {
  const [lng, lat] = centreOf(probe.h3)
  const input: ProbeInput = probe
  return {
    ...columnsOf(input),
    cell: cellToSql(probe.h3),
    device_id: probe.device,
    site_code: null,
    lat,
    lng,
    flags: [],
    counted: probe.counted,
    raw: null,
    device_measured_at: null,
  }
}
