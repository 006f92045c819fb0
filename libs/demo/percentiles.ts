/**
 * The distribution of Moroccan lines: M-Lab NDT, October 2025, 1,495,140 downloads (M-Lab, CC0; percentiles published in
 * m-lab/iqb). Latency is ordered from good to bad.
 */
export const PERCENTILE_SHARES = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99] as const

export const DOWNLOAD_MBPS = [0.123, 0.42, 0.938, 3.863, 12.625, 44.882, 93.932, 151.948, 211.47] as const
export const UPLOAD_MBPS = [0.0282, 0.0763, 0.0832, 0.505, 3.597, 32.597, 88.061, 114.051, 183.89] as const
export const LATENCY_MS = [14.235, 21.903, 27.717, 39.925, 52.426, 71.659, 89.758, 114.602, 411.686] as const

/** The value at a share, interpolated between the logarithms of the published values, and constant beyond them. */
export function valueAtShare(share: number, values: readonly number[]): number {
  const upper = PERCENTILE_SHARES.findIndex((s) => s >= share)
  if (upper === 0) return values[0]!
  if (upper < 0) return values.at(-1)!
  const [low, high] = [PERCENTILE_SHARES[upper - 1]!, PERCENTILE_SHARES[upper]!]
  const part = (share - low) / (high - low)
  return Math.exp(Math.log(values[upper - 1]!) * (1 - part) + Math.log(values[upper]!) * part)
}
