/** What a command says: words for people on a terminal, one JSON object for machines; progress on stderr only. */

export interface Output {
  /** The result. `lines` for people, `data` for machines. */
  result(lines: readonly string[], data: unknown): void
  progress(text: string): void
}

export function outputFor(json: boolean, out: NodeJS.WritableStream, err: NodeJS.WriteStream): Output {
  return {
    result: (lines, data) => void out.write(json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`),
    progress: (text) => void (err.isTTY ? err.write(`\r\u001b[K${text}`) : undefined),
  }
}

/** Wrong usage: exit 2. */
export class UsageError extends Error {}

/** The command could not be done: exit 1, in words for people. */
export class CommandError extends Error {}
