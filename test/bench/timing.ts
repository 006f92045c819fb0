/** Words for people, and the clock. */
export const tell = (text: string): void => void process.stderr.write(`${text}\n`)

/** Milliseconds that the work took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}
