/** Messages between the processes of the API and the process that started them. */

/** The state of the whole, told to each process of the API, so that any of them can answer for all. */
export interface GroupState {
  /** The worker's process runs. */
  isWorkerRunning: boolean
  workerRestarts: number
  /** Processes of the API that answer, of how many, and how often one was started again. */
  apiRunning: number
  apiProcesses: number
  apiRestarts: number
}

export type ToChild =
  | { kind: 'state'; state: GroupState }
  /** Asks for the figures of one process. */
  | { kind: 'collect'; id: number }
  /** The figures of all, as the process asked for them. */
  | { kind: 'metrics'; id: number; text: string }

export type ToParent =
  | { kind: 'ready'; url: string }
  | { kind: 'metrics'; id: number }
  /** The figures of one process, in the form in which the library adds them up. */
  | { kind: 'figures'; id: number; figures: object[] }

/** Signs of life pass the same channel. */
export function isMessage<T extends ToChild | ToParent, K extends T['kind']>(
  message: unknown,
  kind: K,
): message is Extract<T, { kind: K }> {
  return typeof message === 'object' && message !== null && (message as { kind?: unknown }).kind === kind
}
