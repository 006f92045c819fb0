/** Codes of the most frequent reasons, so that the page can say them in its own language; `fields` are the values that such a sentence names. */
interface FileErrorDetails {
  code?: 'empty' | 'columns' | 'encoding' | 'old_office' | 'not_json' | 'memory'
  fields?: Record<string, string>
}

/** A file that cannot be read at all: the message is for the person who chose the file. */
export class UnreadableFileError extends Error {
  override readonly name = 'UnreadableFileError'
  readonly code: FileErrorDetails['code']
  readonly fields: Record<string, string>

  /** `file` is the file's name as the person knows it, when there is one. */
  constructor(
    reason: string,
    file?: string,
    { code, fields = {}, ...options }: ErrorOptions & FileErrorDetails = {},
  ) {
    super(file ? `${file}: ${reason}` : reason, options)
    this.code = code
    this.fields = fields
  }
}
