/** The messages between the server and a reader. Each side asks for what it can take, so that neither piles up. */
import type { UnreadableFileError } from '#formats/file'
import type { CoverageFile, CoverageOptions, ListOptions, PlanFile } from '#formats/lists'
import type { DetectedFormat, ResultRecord, ResultsOptions } from '#formats/tools'

/** The file that a reader reads; it does nothing else, and ends. */
export type ReadingJob =
  | { reads: 'results'; options: ResultsOptions; detected: DetectedFormat }
  | { reads: 'plan'; options: ListOptions }
  | { reads: 'coverage'; options: CoverageOptions }

export type ToReader =
  | { kind: 'job'; job: ReadingJob }
  /** The next bytes of the file; null at its end. */
  | { kind: 'chunk'; bytes: Uint8Array | null }
  /** The last batch was taken. */
  | { kind: 'go on' }

export type FromReader =
  | { kind: 'chunk please' }
  | { kind: 'results'; batch: ResultRecord[]; detected: DetectedFormat }
  | { kind: 'plan'; file: PlanFile }
  | { kind: 'coverage'; file: CoverageFile }
  | { kind: 'unreadable'; message: string; details: Pick<UnreadableFileError, 'code' | 'fields'> }
  | { kind: 'question'; message: string }
  | { kind: 'failed'; stack: string }
  | { kind: 'end'; detected: DetectedFormat | null }
