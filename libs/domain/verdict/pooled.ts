/** The evidence of many cells added up as if they were one cell, so that an area is judged by the same rule. */
import type { NetworkEvidence } from './evidence.js'

const SUMMED_FIELDS = [
  'samples',
  'passes',
  'noService',
  'peakSamples',
  'weight',
  'passWeight',
  'settledWeight',
  'settledPassWeight',
  // Each device stands at one site, so different cells have different devices.
  'devices',
  'passDevices',
  'failDevices',
] as const

/** Evidence does not hold the days and hours themselves: the pool has at least as many as the cell with the most. */
const MAX_OF_BOTH_FIELDS = ['days', 'passDays', 'failDays', 'hours'] as const

/**
 * The pooled evidence network by network, in the order of operators and technologies. Declarations and promises are no
 * evidence of the area and are left out.
 */
export function poolEvidence(networks: readonly NetworkEvidence[]): NetworkEvidence[] {
  const pooled = new Map<string, NetworkEvidence>()
  for (const network of networks) {
    if (network.weight === 0) continue
    const key = `${network.operator ?? ''}\u0001${network.technology ?? ''}`
    const soFar = pooled.get(key)
    pooled.set(key, soFar ? pooledPair(soFar, network) : { ...network, declaredBps: null, plannedBy: null })
  }
  return [...pooled].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, network]) => network)
}

function pooledPair(a: NetworkEvidence, b: NetworkEvidence): NetworkEvidence {
  const sum = { ...a }
  for (const field of SUMMED_FIELDS) sum[field] = a[field] + b[field]
  for (const field of MAX_OF_BOTH_FIELDS) sum[field] = Math.max(a[field], b[field])
  sum.lastMeasuredAt = Math.max(a.lastMeasuredAt ?? 0, b.lastMeasuredAt ?? 0)
  return sum
}
