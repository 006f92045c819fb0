/** The classification by hand: groups probes in plain TypeScript and asks the pure functions. */
import {
  type NetworkEvidence,
  type ProbeInput,
  type Rule,
  type Verdict,
  isJudged,
  passes,
  verdictOf,
} from '#domain'
import { cellToSql, centreOf } from '#geo'
import type { ProbeRow } from '#store'

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

export type Verdicts = Map<string, Verdict & { networks: NetworkEvidence[] }>

export function classifyByHand(rule: Rule, probes: readonly KnownProbe[], from: Date, to: Date): Verdicts {
  const cells = new Map<string, Map<string, KnownProbe[]>>()
  for (const probe of probes) {
    const at = Date.parse(probe.measuredAt)
    if (!probe.counted || at < from.getTime() || at >= to.getTime()) continue
    if (!isJudged(rule, probe, localTime(probe.measuredAt).hour)) continue
    const networks = cells.get(probe.h3) ?? new Map<string, KnownProbe[]>()
    const key = JSON.stringify([probe.operator ?? null, probe.technology ?? null])
    networks.set(key, [...(networks.get(key) ?? []), probe])
    cells.set(probe.h3, networks)
  }
  const verdicts: Verdicts = new Map()
  for (const [h3, networks] of cells) {
    const evidence = [...networks.values()]
      .map((some) => evidenceOf(rule, some))
      .sort(byOperatorAndTechnology)
    verdicts.set(h3, { ...verdictOf(rule, evidence), networks: evidence })
  }
  return verdicts
}

function evidenceOf(rule: Rule, probes: readonly KnownProbe[]): NetworkEvidence {
  const distinct = (values: unknown[]) => new Set(values).size
  const times = probes.map((p) => localTime(p.measuredAt))
  return {
    operator: probes[0]!.operator ?? null,
    technology: probes[0]!.technology ?? null,
    samples: probes.length,
    passes: probes.filter((p) => passes(rule, p)).length,
    noService: probes.filter((p) => p.outcome === 'no_service').length,
    devices: distinct(probes.map((p) => p.device).filter((d) => d !== null)),
    days: distinct(times.map((t) => t.day)),
    hours: distinct(times.map((t) => t.hour)),
    lastMeasuredAt: Math.max(...probes.map((p) => Date.parse(p.measuredAt))),
  }
}

/** Nulls last, as in the statement. */
function byOperatorAndTechnology(a: NetworkEvidence, b: NetworkEvidence): number {
  const text = (n: NetworkEvidence) => `${n.operator ?? '\uffff'}\u0001${n.technology ?? '\uffff'}`
  return text(a) < text(b) ? -1 : 1
}

/** As the ingest would write it. */
export function rowOf(probe: KnownProbe): ProbeRow {
  const [lng, lat] = centreOf(probe.h3)
  const input: ProbeInput = probe
  return {
    cell: cellToSql(probe.h3),
    measured_at: probe.measuredAt,
    id: probe.id,
    device_id: probe.device,
    site_code: null,
    lat,
    lng,
    accuracy_m: null,
    technology: input.technology ?? null,
    operator: input.operator ?? null,
    outcome: input.outcome,
    download_bps: input.downloadBps ?? null,
    upload_bps: input.uploadBps ?? null,
    latency_ms: input.latencyMs ?? null,
    jitter_ms: null,
    loss_ratio: null,
    signal_dbm: null,
    tool: null,
    flags: [],
    counted: probe.counted,
    raw: null,
  }
}
