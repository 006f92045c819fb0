/** A file that cannot be read at all: the message is for the person who chose the file. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem'

  /** `file` is the file's name as the person knows it, when there is one. */
  constructor(reason: string, file?: string, options?: ErrorOptions) {
    super(file ? `${file}: ${reason}` : reason, options)
  }
}
