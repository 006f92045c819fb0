/** Uses of a line in the work of an office, and the speeds that each needs. */

export const USES = ['documents', 'meeting', 'class'] as const
export type Use = (typeof USES)[number]

interface Need {
  downloadBps: number
  uploadBps: number
  latencyMs: number
}

const NEEDS: Record<Use, Need> = {
  // A scanned page of half a megabyte takes four seconds down and eight up.
  documents: { downloadBps: 1e6, uploadBps: 0.5e6, latencyMs: 1_000 },
  // A group call in standard definition takes 2 to 3 Mbit/s each way; ITU-T G.114 asks for 150 ms one way.
  meeting: { downloadBps: 3e6, uploadBps: 2e6, latencyMs: 300 },
  // This is Giga's threshold for a connected school.
  class: { downloadBps: 20e6, uploadBps: 4e6, latencyMs: 300 },
}

export const isEnough = (
  use: Use,
  line: { downloadBps: number; uploadBps: number; latencyMs: number | null },
): boolean =>
  line.downloadBps >= NEEDS[use].downloadBps &&
  line.uploadBps >= NEEDS[use].uploadBps &&
  (line.latencyMs ?? 0) <= NEEDS[use].latencyMs
