import { useEffect, useRef, useState } from 'preact/hooks'
import { requestKeyOf } from './budget-request.js'
import { type BudgetAnswer, type BudgetRequest, allocateBudget } from './priorities-api.js'

export type BudgetState =
  | { name: 'idle' }
  | { name: 'computing' }
  | { name: 'failed'; error: unknown }
  /** The answer to the request that `key` identifies. */
  | { name: 'answered'; answer: BudgetAnswer; key: string }

/** Sends one request at a time: the next one aborts it, and so does leaving the view. */
export function useBudget(run: number) {
  const [state, setState] = useState<BudgetState>({ name: 'idle' })
  const running = useRef<AbortController | null>(null)
  useEffect(() => () => running.current?.abort(), [])
  const compute = (request: BudgetRequest) => {
    running.current?.abort()
    const abort = (running.current = new AbortController())
    setState({ name: 'computing' })
    allocateBudget(run, request, abort.signal).then(
      (answer) => setState({ name: 'answered', answer, key: requestKeyOf(run, request) }),
      (error: unknown) => {
        if (!abort.signal.aborted) setState({ name: 'failed', error })
      },
    )
  }
  const cancel = () => {
    running.current?.abort()
    setState({ name: 'idle' })
  }
  return { state, compute, cancel }
}
