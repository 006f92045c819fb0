import type { Reporter, TestModule, TestRunEndReason } from 'vitest/node'

/**
 * Prints `N passed, N failed, N skipped` as the very last line, when the process ends. A file that could not be
 * loaded counts as failed, so does an error outside of any test, and so does a run that never came to its end.
 */
export class LastLine implements Reporter {
  private readonly count = { passed: 0, failed: 1, skipped: 0, pending: 0 }

  onInit(): void {
    process.once('exit', () => {
      const { passed, failed, skipped, pending } = this.count
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped + pending} skipped\n`)
    })
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    this.count.failed = errors.length
    for (const module of modules) this.add(module)
    // The global setup failed, or there was no test at all.
    if (reason === 'failed') this.count.failed ||= 1
  }

  private add(module: TestModule): void {
    const states = [...module.children.allTests()].map((test) => test.result().state)
    for (const state of states) this.count[state]++
    if (module.state() === 'failed' && !states.includes('failed')) this.count.failed++
  }
}
