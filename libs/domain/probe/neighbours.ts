/** Devices on one network in one cell should measure about the same; one that differs widely from all others is flagged. */
import { medianOf } from './median.js'

export interface DeviceFigure {
  cell: string
  operator: string
  technology: string
  device: string
  /** Median of its downloads, bit/s. */
  medianBps: number
}

/** Lines of one network differ by place in the cell and by contract, but hardly by more than this factor. */
const MAX_MEDIAN_FACTOR = 4
/** The least number of other devices: with fewer nobody can say which device is wrong. */
const MIN_OTHER_DEVICES = 2

export function disagreeingDevices(figures: readonly DeviceFigure[]): (DeviceFigure & { comment: string })[] {
  const networks = new Map<string, DeviceFigure[]>()
  for (const figure of figures) {
    const network = `${figure.cell} ${figure.operator} ${figure.technology}`
    networks.set(network, [...(networks.get(network) ?? []), figure])
  }
  return [...networks.values()].flatMap((devices) =>
    devices.flatMap((one) => {
      const others = devices.filter((d) => d !== one).map((d) => d.medianBps)
      if (others.length < MIN_OTHER_DEVICES) return []
      const usual = medianOf(others)
      const factor = Math.max(one.medianBps, usual) / Math.min(one.medianBps, usual)
      if (factor <= MAX_MEDIAN_FACTOR) return []
      const comment = `median download ${mbits(one.medianBps)} Mbit/s; the other ${others.length} devices in this cell: ${mbits(usual)} Mbit/s`
      return [{ ...one, comment }]
    }),
  )
}

const mbits = (bps: number) => (bps / 1e6).toFixed(1)
