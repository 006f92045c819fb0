/** The output of commands: lines for people, one JSON object for machines; progress goes to stderr, on a terminal only. */

export interface Output {
  /** Prints the result: `lines` for people, `data` for machines. */
  result(lines: readonly string[], data: unknown): void
  /** Replaces the line of progress on the terminal. */
  progress(text: string): void
}

export function outputFor(json: boolean, out: NodeJS.WritableStream, err: NodeJS.WriteStream): Output {
  return {
    result: (lines, data) => void out.write(json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`),
    progress: (text) => void (err.isTTY ? err.write(`\r\u001b[K${text}`) : undefined),
  }
}

/** Thrown if the command was called wrongly: exit code 2, and the usage is printed. */
export class UsageError extends Error {}

/** Thrown if the command could not be carried out; the message has the reason. Exit code 1. */
export class CommandError extends Error {}
