/** HiGHS (compiled to WebAssembly) in a thread of its own: it computes for seconds, and the server goes on meanwhile. */
import { type IntegerProgram, solverUnitsOf } from '#domain/priority'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)

/**
 * The worker's whole program, as text: it must run from TypeScript sources (tests) and from the build alike. It solves one
 * programme for several budgets, each from the answer before it, which a larger budget also allows.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
const { programme, budgets, start, seconds } = workerData
async function main() {
  const highs = await require(workerData.highs)()
  const columns = programme.benefits.length
  const model = highs.createModel({
    numCols: columns, numRows: programme.rowLower.length, sense: highs.constants.objectiveSense.maximize,
    colCost: programme.benefits, colLower: new Array(columns).fill(0), colUpper: new Array(columns).fill(1),
    rowLower: programme.rowLower, rowUpper: programme.rowUpper,
    integrality: new Int32Array(columns).fill(highs.constants.variableType.integer),
    matrix: { format: 'csc', numRows: programme.rowLower.length, numCols: columns,
      starts: programme.starts, indices: programme.rows, values: programme.values },
  })
  model.options.set({ output_flag: false, time_limit: seconds, mip_rel_gap: 1e-4, mip_feasibility_tolerance: 1e-9 })
  const { optimal, infeasible, unboundedOrInfeasible, timeLimit } = highs.constants.modelStatus
  let from = start
  const answers = []
  for (const budget of budgets) {
    model.zeroAllClocks()
    model.changeRowBounds(0, -highs.infinity, budget)
    if (from) model.setSolution({ colValue: Float64Array.from(from) })
    model.run()
    const status = model.getModelStatus()
    // Nothing here is unbounded: every column is 0 or 1.
    const solved = status === optimal ? 'optimal' : status === timeLimit ? 'time_limit'
      : status === infeasible || status === unboundedOrInfeasible ? 'infeasible' : null
    if (!solved) throw new Error('the solver ended with status ' + status)
    const isThere = solved !== 'infeasible' && model.info.get('primal_solution_status') === highs.constants.solutionStatus.feasible
    from = isThere ? Array.from(model.getSolution().colValue) : null
    answers.push({ status: solved, taken: from && from.flatMap((x, i) => x > 0.5 ? [i] : []), bound: model.info.get('mip_dual_bound') })
    if (!from) break
  }
  parentPort.postMessage(answers)
}
main().catch((error) => { throw error })
`

export interface SolverResult {
  status: 'optimal' | 'infeasible' | 'time_limit'
  /** Indexes of the columns that are 1; null where no answer was found. */
  taken: number[] | null
  /** No answer brings more. */
  bound: number
}

export interface SolveRequest {
  programme: IntegerProgram
  /** Rising, MAD. */
  budgets: readonly number[]
  /** An answer to begin with, a value of each column; null: none is known. */
  start: readonly number[] | null
  /** For each budget. */
  seconds: number
  /** Ends the work at once. */
  signal: AbortSignal
}

const MAX_HEAP_MB = 256

/** One answer a budget; none after the first that has none. */
export async function solve({
  programme,
  budgets,
  start,
  seconds,
  signal,
}: SolveRequest): Promise<SolverResult[]> {
  signal.throwIfAborted()
  const workerData = {
    highs: require.resolve('highs'),
    programme,
    budgets: budgets.map(solverUnitsOf),
    start,
    seconds,
  }
  const worker = new Worker(WORKER, {
    eval: true,
    workerData,
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  })
  const stop = () => void worker.terminate()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await new Promise<SolverResult[]>((done, failed) => {
      worker.once('message', done)
      worker.once('error', failed)
      worker.once('exit', () => failed(signal.reason ?? new Error('the solver ended without an answer')))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
