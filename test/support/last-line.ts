import { relative } from 'node:path'
import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/** Smallest number of files for the list of the slowest; a smaller run shows their times anyway. */
const MIN_FILES_FOR_SLOWEST = 20
const SLOWEST_FILES = 10

/**
 * Prints the slowest files of a large run, and `N passed, N failed, N skipped` as the last line, when the process ends.
 * A file that could not be loaded counts as failed; so do an error outside of any test and an incomplete run.
 */
export class LastLine implements Reporter {
  private readonly count = { passed: 0, failed: 1, skipped: 0, pending: 0 }
  private slowestFiles = ''

  onInit(): void {
    process.once('exit', () => {
      const { passed, failed, skipped, pending } = this.count
      process.stdout.write(this.slowestFiles)
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped + pending} skipped\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    this.count.failed = errors.length
    for (const module of modules) this.add(module)
    // The global setup failed, or there was no test at all.
    if (reason === 'failed') this.count.failed ||= 1
    if (modules.length >= MIN_FILES_FOR_SLOWEST) this.slowestFiles = slowestFilesOf(modules)
  }

  private add(module: TestModule): void {
    const states = [...module.children.allTests()].map((test) => test.result().state)
    for (const state of states) this.count[state]++
    if (module.state() === 'failed' && !states.includes('failed')) this.count.failed++
  }
}

/** One line per file, slowest first: seconds of its imports, hooks and tests. */
function slowestFilesOf(modules: readonly TestModule[]): string {
  const timed = modules.map((module) => {
    const { collectDuration, duration } = module.diagnostic()
    return { seconds: (collectDuration + duration) / 1000, file: relative('.', module.moduleId) }
  })
  const slowest = timed.toSorted((a, b) => b.seconds - a.seconds).slice(0, SLOWEST_FILES)
  const lines = slowest.map(({ seconds, file }) => `${seconds.toFixed(1).padStart(8)} s  ${file}\n`)
  return `The slowest ${SLOWEST_FILES} files:\n${lines.join('')}`
}
