/** The evidence of many cells as that of one: what an area's own measurements say together, under the same rule. */
import type { NetworkEvidence } from './verdict.js'

const SUMMED_FIELDS = [
  'samples',
  'passes',
  'noService',
  'peakSamples',
  'weight',
  'passWeight',
  'settledWeight',
  'settledPassWeight',
  // A device stands at one site: those of different cells are different ones.
  'devices',
  'passDevices',
  'failDevices',
] as const

/** Which days and hours they were is not kept: at least as many as in the cell that has most. */
const MAX_OF_BOTH_FIELDS = ['days', 'passDays', 'failDays', 'hours'] as const

/** Network by network, in the order of operators and technologies. Claims are no evidence and are left out. */
export function poolEvidence(networks: readonly NetworkEvidence[]): NetworkEvidence[] {
  const pooled = new Map<string, NetworkEvidence>()
  for (const network of networks) {
    if (network.weight === 0) continue
    const key = `${network.operator ?? ''}\u0001${network.technology ?? ''}`
    const known = pooled.get(key)
    pooled.set(key, known ? pooledPair(known, network) : { ...network, declaredBps: null, plannedBy: null })
  }
  return [...pooled].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, network]) => network)
}

function pooledPair(a: NetworkEvidence, b: NetworkEvidence): NetworkEvidence {
  const sum = { ...a }
  for (const figure of SUMMED_FIELDS) sum[figure] = a[figure] + b[figure]
  for (const figure of MAX_OF_BOTH_FIELDS) sum[figure] = Math.max(a[figure], b[figure])
  sum.lastMeasuredAt = Math.max(a.lastMeasuredAt ?? 0, b.lastMeasuredAt ?? 0)
  return sum
}
