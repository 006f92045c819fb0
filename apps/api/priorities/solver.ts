/** HiGHS, compiled to WebAssembly, in a worker thread: it computes for seconds, and the server goes on meanwhile. */
import { type IntegerProgram, solverUnitsOf } from '#domain/priority'
import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

const require = createRequire(import.meta.url)

/**
 * The worker's whole program as text, because it must run from the TypeScript sources (in tests) and from the build alike.
 * It solves one program for rising budgets and starts each from the solution before it, which is still allowed.
 */
const WORKER = `
const { parentPort, workerData } = require('node:worker_threads')
const { program, budgets, start, seconds } = workerData
async function main() {
  const highs = await require(workerData.highs)()
  const columns = program.benefits.length
  const model = highs.createModel({
    numCols: columns, numRows: program.rowLower.length, sense: highs.constants.objectiveSense.maximize,
    colCost: program.benefits, colLower: new Array(columns).fill(0), colUpper: new Array(columns).fill(1),
    rowLower: program.rowLower, rowUpper: program.rowUpper,
    integrality: new Int32Array(columns).fill(highs.constants.variableType.integer),
    matrix: { format: 'csc', numRows: program.rowLower.length, numCols: columns,
      starts: program.starts, indices: program.rows, values: program.values },
  })
  model.options.set({ output_flag: false, time_limit: seconds, mip_rel_gap: 1e-4, mip_feasibility_tolerance: 1e-9 })
  const { optimal, infeasible, unboundedOrInfeasible, timeLimit } = highs.constants.modelStatus
  let initial = start
  const results = []
  for (const budget of budgets) {
    model.zeroAllClocks()
    model.changeRowBounds(0, -highs.infinity, budget)
    if (initial) model.setSolution({ colValue: Float64Array.from(initial) })
    model.run()
    const status = model.getModelStatus()
    // Every column is 0 or 1, so that nothing is unbounded.
    const solved = status === optimal ? 'optimal' : status === timeLimit ? 'time_limit'
      : status === infeasible || status === unboundedOrInfeasible ? 'infeasible' : null
    if (!solved) throw new Error('the solver ended with status ' + status)
    const isFeasible = solved !== 'infeasible' && model.info.get('primal_solution_status') === highs.constants.solutionStatus.feasible
    const values = isFeasible ? Array.from(model.getSolution().colValue) : null
    const chosenColumns = values && values.flatMap((x, i) => x > 0.5 ? [i] : [])
    results.push({ status: solved, chosenColumns, bound: model.info.get('mip_dual_bound') })
    if (!values) break
    initial = values
  }
  parentPort.postMessage(results)
}
main().catch((error) => { throw error })
`

export interface SolverResult {
  status: 'optimal' | 'infeasible' | 'time_limit'
  /** Indexes of the columns that are 1; null where no solution was found. */
  chosenColumns: number[] | null
  /** Upper bound of the benefit of every solution. */
  bound: number
}

export interface SolveRequest {
  program: IntegerProgram
  /** The budgets in rising order, MAD. */
  budgets: readonly number[]
  /** A solution to start from, with a value for each column; null where there is none. */
  start: readonly number[] | null
  /** Time limit for each budget. */
  seconds: number
  /** Stops the work at once. */
  signal: AbortSignal
}

const MAX_HEAP_MB = 256

/** One result for each budget, up to the first budget that has no solution. */
export async function solve({
  program,
  budgets,
  start,
  seconds,
  signal,
}: SolveRequest): Promise<SolverResult[]> {
  signal.throwIfAborted()
  const workerData = {
    highs: require.resolve('highs'),
    program,
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
    return await new Promise<SolverResult[]>((resolve, reject) => {
      worker.once('message', resolve)
      worker.once('error', reject)
      worker.once('exit', () => reject(signal.reason ?? new Error('the solver ended without a result')))
    })
  } finally {
    signal.removeEventListener('abort', stop)
    await worker.terminate()
  }
}
