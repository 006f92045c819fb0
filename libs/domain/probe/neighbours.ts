/** Devices on one network in one cell should see about the same; who differs widely from all others is marked. */

export interface DeviceFigure {
  cell: string
  operator: string
  technology: string
  device: string
  /** Of its downloads, bit/s. */
  medianBps: number
}

/** Lines of one network differ by place in the cell and by contract; by this factor hardly. */
const MAX_MEDIAN_FACTOR = 4
/** With fewer others nobody can say who is wrong. */
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
      const comment = `its median is ${mbits(one.medianBps)} Mbit/s, that of ${others.length} others here ${mbits(usual)}`
      return [{ ...one, comment }]
    }),
  )
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2
}

const mbits = (bps: number) => (bps / 1e6).toFixed(1)
