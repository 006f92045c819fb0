/** One result of another tool, as far as its document tells. */
import type { ProbeInput } from '#domain/probe'

/** A probe without what the document does not say: who imports adds the place, the operator, a time. */
export type ProbeDraft = Partial<Omit<ProbeInput, 'raw' | 'measuredAt' | 'outcome'>> & {
  outcome: ProbeInput['outcome']
  /** RFC 3339; null where the document holds no time. */
  measuredAt: string | null
}

export const TOOL_FORMATS = [
  'ndt7',
  'ookla',
  'speedtest-cli',
  'librespeed',
  'iperf3',
  'cloudflare',
  'giga',
  'rmbt',
  'csv',
] as const
export type ToolFormat = (typeof TOOL_FORMATS)[number]

/** Something that only the person can tell; nothing is imported until it is answered. */
export class ImportQuestion extends Error {
  override readonly name = 'ImportQuestion'
}

/** A record that cannot be a probe: the field of the document, and why. */
export class UnreadableResultError extends Error {
  override readonly name = 'UnreadableResultError'
  constructor(
    readonly field: string,
    reason: string,
  ) {
    super(reason)
  }
}
