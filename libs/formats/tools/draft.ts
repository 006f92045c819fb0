/** Results of the readers of tools' files: the draft of a probe, the question to a person, the error. */
import type { Flag, ProbeInput } from '#domain/probe'

/** A probe with the fields that the document has; the importer adds the place, the operator and, if needed, the time. */
export type ProbeDraft = Partial<Omit<ProbeInput, 'raw' | 'measuredAt' | 'outcome'>> & {
  outcome: ProbeInput['outcome']
  /** RFC 3339; null where the document has no time. */
  measuredAt: string | null
  /** Doubts that the source itself states about its result. */
  flags?: readonly Flag[]
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

/** Something that only the person who imports can tell; nothing is imported until it is answered. */
export class ImportQuestion extends Error {
  override readonly name = 'ImportQuestion'
}

/** A record that cannot become a probe: the member or column of the file, and the reason. */
export class UnreadableResultError extends Error {
  override readonly name = 'UnreadableResultError'
  constructor(
    readonly field: string,
    reason: string,
  ) {
    super(reason)
  }
}

/** A draft that shows a result: a speed, a failure, or that there was no service. Throws `UnreadableResultError`. */
export function assertShowsResult({ outcome, downloadBps, uploadBps }: ProbeDraft, found: string): void {
  if (outcome === 'ok' && downloadBps == null && uploadBps == null)
    throw new UnreadableResultError('', `shows no result, neither a speed nor a failure: it has ${found}`)
}

/** The members of a document, or the cells of a row, for a message. */
export const memberNames = (names: readonly string[]): string =>
  names.slice(0, 8).join(', ').slice(0, 200) || 'nothing'
